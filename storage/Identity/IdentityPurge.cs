namespace CommandBroker.Storage.Identity;

/// <summary>What to remove.</summary>
/// <param name="Now">Expired keys of tokens, revocations and temporary or expired credentials before this go.</param>
/// <param name="AuditBefore">Audit events of before this go.</param>
/// <param name="KeptRevisions">Revisions whose changes are kept for gateways that come late.</param>
/// <param name="Limit">The most rows of each kind.</param>
public sealed record IdentityPurge(DateTimeOffset Now, DateTimeOffset AuditBefore, long KeptRevisions, int Limit);
