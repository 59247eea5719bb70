namespace CommandBroker.Contracts.Identity;

/// <summary>A token, as its issuer knows it.</summary>
[GenerateSerializer, Immutable]
[Alias("CommandBroker.IssuedToken")]
public sealed record IssuedToken
{
    /// <summary>The token itself: the caller's secret. Never logged.</summary>
    [Id(0)] public required string Text { get; init; }

    /// <summary>When it was issued, UTC.</summary>
    [Id(1)] public required DateTimeOffset IssuedAt { get; init; }

    /// <summary>When it ends, UTC.</summary>
    [Id(2)] public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Whose it is, with the project and the reach of its scope.</summary>
    [Id(3)] public required PrincipalView Principal { get; init; }

    /// <summary>Whether it was asked for a domain rather than a project.</summary>
    [Id(4)] public bool IsDomainScoped { get; init; }
}
