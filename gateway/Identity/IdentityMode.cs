namespace CommandBroker.Gateway.Identity;

/// <summary>Whose tokens count, the values of <see cref="AdmissionOptions.Mode"/>.</summary>
public static class IdentityMode
{
    /// <summary>The broker's own.</summary>
    public const string Embedded = "embedded";

    /// <summary>Those of a Keystone v3.</summary>
    public const string Keystone = "keystone";

    /// <summary>JWTs of an OpenID provider.</summary>
    public const string Oidc = "oidc";
}
