namespace CommandBroker.Storage.Identity;

/// <summary>A page of the audit.</summary>
/// <param name="Events">The events, newest first.</param>
/// <param name="NextBefore">The <see cref="AuditFilter.Before"/> of the next page, also of an empty one; null when there is none.</param>
public sealed record StoredAuditPage(IReadOnlyList<StoredAuditEvent> Events, long? NextBefore);
