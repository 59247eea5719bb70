namespace CommandBroker.Contracts.Identity;

/// <summary>Which events to read, newest first.</summary>
[GenerateSerializer, Immutable]
[Alias("CommandBroker.AuditQuery")]
public sealed record AuditQuery
{
    /// <summary>Only this domain's; null means all, which the broker's administrators may ask.</summary>
    [Id(0)] public string? DomainId { get; init; }

    /// <summary>Only this project's; null means all.</summary>
    [Id(1)] public string? ProjectId { get; init; }

    /// <summary>Only actions that begin so; null means all.</summary>
    [Id(2)] public string? ActionPrefix { get; init; }

    /// <summary>Only lower numbers; null starts at the newest.</summary>
    [Id(3)] public long? Before { get; init; }

    /// <summary>The most to return, 1 to 1,000; default 100.</summary>
    [Id(4)] public int Limit { get; init; } = 100;

    /// <summary>Only higher numbers; null means all.</summary>
    [Id(5)] public long? After { get; init; }
}
