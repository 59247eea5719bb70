namespace CommandBroker.Contracts.Identity;

/// <summary>What a change concerns. The numbers are stored: never reuse one.</summary>
public enum IdentityChangeKind
{
    /// <summary>An access key.</summary>
    AccessKey = 1,

    /// <summary>A token that was given to the broker; the id is its hash.</summary>
    Token = 2,

    /// <summary>A principal: what is remembered of it must go, the credentials that hold it included.</summary>
    Principal = 3,

    /// <summary>A project, or a domain: everything that is remembered of it and of its principals must go.</summary>
    Tenant = 4,

    /// <summary>An issued token was revoked; the id is the token's own.</summary>
    Revocation = 5,

    /// <summary>The keys that sign tokens.</summary>
    TokenKeys = 6,
}
