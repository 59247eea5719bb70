namespace CommandBroker.Contracts.Identity;

/// <summary>A principal that the configuration, or a development broker, brings along.</summary>
[GenerateSerializer, Immutable]
[Alias("CommandBroker.BootstrapPrincipal")]
public sealed record BootstrapPrincipal
{
    /// <summary>The principal.</summary>
    [Id(0)] public required NewPrincipal Principal { get; init; }

    /// <summary>SHA-256 of a token for it, lower-case hex; takes the place of the ones it had. Null when it has none.</summary>
    [Id(1)] public string? TokenHash { get; init; }

    /// <summary>An access key for it; null when it has none.</summary>
    [Id(2)] public string? AccessKey { get; init; }

    /// <summary>The secret of <see cref="AccessKey"/>.</summary>
    [Id(3)] public string? SecretKey { get; init; }

    /// <summary>Whether to leave a principal of that name as it is, unless nothing proves it any more: a bootstrap administrator counts once.</summary>
    [Id(4)] public bool OnlyIfMissing { get; init; }
}
