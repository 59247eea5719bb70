namespace CommandBroker.Grains;

/// <summary>What the audit calls things: what was done to, and the past tense. Stored and searched for: never change one.</summary>
internal static class AuditActions
{
    public const string DomainCreated = "domain.created";
    public const string DomainChanged = "domain.changed";
    public const string ProjectCreated = "project.created";
    public const string ProjectChanged = "project.changed";
    public const string PrincipalCreated = "principal.created";
    public const string PrincipalChanged = "principal.changed";
    public const string PrincipalDeleted = "principal.deleted";
    public const string PrincipalBootstrapped = "principal.bootstrapped";
    public const string KeyCreated = "key.created";
    public const string KeyRotated = "key.rotated";
    public const string KeyEnabled = "key.enabled";
    public const string KeyDisabled = "key.disabled";
    public const string KeyDeleted = "key.deleted";
    public const string TokenKeyRotated = "tokenkey.rotated";
    public const string SecretsReencrypted = "secrets.reencrypted";
    public const string TokenIssued = "token.issued";
    public const string TokenRevoked = "token.revoked";
    public const string SignInRefused = "signin.refused";
    public const string CommandEnqueued = "command.enqueued";
    public const string CommandCancelled = "command.cancelled";
    public const string CommandRedriven = "command.redriven";
    public const string ServerRegistered = "server.registered";
    public const string ServerRenamed = "server.renamed";

    /// <summary>Something besides the name of a source server was changed.</summary>
    public const string ServerChanged = "server.changed";
    public const string ServerDeleted = "server.deleted";
    public const string ServerConfigured = "server.configured";
    public const string AuditLost = "audit.lost";
}
