using System.Collections.Immutable;
using CommandBroker.Contracts.Identity;
using CommandBroker.Storage.Identity;

namespace CommandBroker.Grains;

/// <summary>What a change tells: to gateways what to forget, to the audit what was done. Both are written with the change.</summary>
internal sealed class IdentityChangeSet(AuditActor actor, string? requestId, DateTimeOffset now)
{
    private readonly ImmutableArray<StoredIdentityChange>.Builder _changes = ImmutableArray.CreateBuilder<StoredIdentityChange>();
    private readonly ImmutableArray<StoredAuditEvent>.Builder _events = ImmutableArray.CreateBuilder<StoredAuditEvent>();

    public IdentityChangeSet(AdminCaller caller, DateTimeOffset now)
        : this(caller.Actor, caller.RequestId, now)
    {
    }

    /// <summary>Tells gateways.</summary>
    public void Tell(IdentityChangeKind kind, string subject) => _changes.Add(new StoredIdentityChange((int)kind, subject));

    /// <summary>Tells gateways of a credential.</summary>
    public void Tell(StoredCredential credential) =>
        Tell(credential.Kind == CredentialKind.Token ? IdentityChangeKind.Token : IdentityChangeKind.AccessKey, credential.CredentialId);

    /// <summary>Tells the audit.</summary>
    public void Note(string action, string? projectId, string subject, string? detail = null) => _events.Add(IdentityViews.Of(new AuditEvent
    {
        At = now,
        Actor = actor,
        Action = action,
        ProjectId = projectId,
        Subject = subject,
        RequestId = requestId,
        Detail = detail,
    }));

    /// <summary>The beginning of the write.</summary>
    public IdentityWrite ToWrite() => new() { Changes = _changes.ToImmutable(), Audit = _events.ToImmutable() };
}
