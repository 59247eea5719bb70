namespace CommandBroker.Client.Wire.Identity;

/// <summary>The body of <c>POST /api/v1/domains</c> and <c>POST /api/v1/projects</c>.</summary>
public sealed record NewTenantBody
{
    /// <summary>1 to 64 characters; needed.</summary>
    public string? Name { get; init; }

    /// <summary>The domain of a new project; absent means the caller's.</summary>
    public string? DomainId { get; init; }
}
