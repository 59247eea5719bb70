namespace CommandBroker.Storage.Identity;

/// <summary>Which credentials to list, newest first.</summary>
public sealed record CredentialFilter
{
    /// <summary>Of this domain's principals.</summary>
    public required string DomainId { get; init; }

    /// <summary>Only this principal's; null means all.</summary>
    public string? PrincipalId { get; init; }

    /// <summary>Only those of principals of this project that are not domain-wide; null means all.</summary>
    public string? BoundToProjectId { get; init; }

    /// <summary>Only of this kind; null means all.</summary>
    public CredentialKind? Kind { get; init; }

    /// <summary>Only those behind this one in the order; null starts at the newest.</summary>
    public StoredCredential? After { get; init; }

    /// <summary>The most to return, 1 to 1,000.</summary>
    public required int Limit { get; init; }
}
