namespace CommandBroker.Storage.Identity;

/// <summary>A credential with whose it is, read together.</summary>
/// <param name="Credential">The credential.</param>
/// <param name="Owner">Whose it is.</param>
public sealed record CredentialEntry(StoredCredential Credential, PrincipalEntry Owner);
