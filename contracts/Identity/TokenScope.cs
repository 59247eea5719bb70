namespace CommandBroker.Contracts.Identity;

/// <summary>Where a token is to count. At most one member is set; none means the principal's own project.</summary>
[GenerateSerializer, Immutable]
[Alias("CommandBroker.TokenScope")]
public sealed record TokenScope
{
    /// <summary>A domain by id; the whole of it, for principals that are domain-wide.</summary>
    [Id(0)] public string? DomainId { get; init; }

    /// <summary>A domain by name.</summary>
    [Id(1)] public string? DomainName { get; init; }

    /// <summary>A project by id.</summary>
    [Id(2)] public string? ProjectId { get; init; }

    /// <summary>A project of the user's domain by name.</summary>
    [Id(3)] public string? ProjectName { get; init; }
}
