using CommandBroker.Contracts.Identity;

namespace CommandBroker.Client.Wire.Identity;

/// <summary>Between audit events on the wire and the contracts.</summary>
public static class AuditMap
{
    /// <summary>Writes an event.</summary>
    public static AuditEventRecord ToWire(this AuditEvent audit) => new()
    {
        AuditId = CommandIdText.Format(audit.AuditNo),
        At = audit.At,
        Action = audit.Action,
        Actor = audit.Actor.Name,
        ActorId = audit.Actor.PrincipalId,
        DomainId = audit.Actor.DomainId,
        ProjectId = audit.ProjectId,
        Subject = audit.Subject,
        Detail = audit.Detail,
        RemoteAddress = audit.Actor.RemoteAddress,
        RequestId = audit.RequestId,
    };

    /// <summary>Reads an event.</summary>
    public static AuditEvent ToEvent(this AuditEventRecord record) => new()
    {
        AuditNo = CommandIdText.Parse(record.AuditId),
        At = record.At,
        Action = record.Action,
        Actor = new AuditActor
        {
            DomainId = record.DomainId,
            Name = record.Actor,
            PrincipalId = record.ActorId,
            RemoteAddress = record.RemoteAddress,
        },
        ProjectId = record.ProjectId,
        Subject = record.Subject,
        Detail = record.Detail,
        RequestId = record.RequestId,
    };
}
