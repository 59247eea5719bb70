namespace CommandBroker.Gateway.Tests.ExternalIam;

/// <summary>A token that a <see cref="StubKeystone"/> knows.</summary>
internal sealed record StubToken(DateTimeOffset ExpiresAt, params string[] Roles)
{
    public string UserId { get; init; } = "0ca8f6a1b2c3d4e5f60718293a4b5c6d";

    public string UserName { get; init; } = "ann";

    /// <summary>The project of the scope; null for a scope that is a whole domain.</summary>
    public string? ProjectId { get; init; } = "p1";

    public string? DomainId { get; init; } = "d1";
}
