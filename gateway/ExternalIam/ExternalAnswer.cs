using CommandBroker.Gateway.Identity;

namespace CommandBroker.Gateway.ExternalIam;

/// <summary>What an external IAM says of a token: whose it is, by which rule it does not count, or, when both are null, nothing, because it cannot be asked.</summary>
/// <param name="Identity">Whose it is.</param>
/// <param name="Rule">Why it does not count.</param>
internal readonly record struct ExternalAnswer(ExternalIdentity? Identity, AdmissionRule? Rule)
{
    /// <summary>The IAM cannot be asked.</summary>
    public static ExternalAnswer Unavailable => default;

    /// <summary>Whether the IAM could be asked.</summary>
    public bool IsAvailable => Identity is not null || Rule is not null;

    /// <summary>The token is valid.</summary>
    public static implicit operator ExternalAnswer(ExternalIdentity identity) => new(identity, null);

    /// <summary>The token is not valid.</summary>
    public static implicit operator ExternalAnswer(AdmissionRule rule) => new(null, rule);
}
