namespace CommandBroker.Silo;

/// <summary>The tokens a broker is given at its start, section <c>Credentials</c>. Development makes its own; Production must be given them once.</summary>
public sealed class CredentialOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Credentials";

    /// <summary>The shortest token, in characters: 128 random bits in hex are 32.</summary>
    public const int MinTokenLength = 32;

    /// <summary>The token of the principal <c>operator</c> of the default domain, who may operate, administer and read the audit. Only its hash is stored.</summary>
    /// <value>Default none; 32 to 16,384 characters. Once stored it need not be given again; a new one replaces the old.</value>
    public string? OperatorToken { get; set; }

    /// <summary>The token of the principal <c>agent</c> of the default project, who may use the agents' routes. Only its hash is stored.</summary>
    /// <value>Default none; 32 to 16,384 characters. Once stored it need not be given again; a new one replaces the old.</value>
    public string? AgentToken { get; set; }
}
