namespace CommandBroker.Storage.Identity;

/// <summary>What a credential is. The numbers are stored: never reuse one.</summary>
public enum CredentialKind
{
    /// <summary>An access key, with an encrypted secret.</summary>
    AccessKey = 1,

    /// <summary>A token that was given to the broker, by its hash.</summary>
    Token = 2,
}
