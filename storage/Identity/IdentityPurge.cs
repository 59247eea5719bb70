namespace CommandBroker.Storage.Identity;

/// <summary>What to remove.</summary>
/// <param name="Now">Keys of tokens, revocations and temporary access keys that ended before this go.</param>
/// <param name="AuditBefore">Audit events of before this go.</param>
/// <param name="KeptRevisions">Revisions whose changes are kept for gateways that come late.</param>
/// <param name="Limit">The most rows of each kind.</param>
/// <param name="EndedKeysBefore">Other credentials that ended before this go.</param>
public sealed record IdentityPurge(DateTimeOffset Now, DateTimeOffset AuditBefore, long KeptRevisions, int Limit, DateTimeOffset EndedKeysBefore);
