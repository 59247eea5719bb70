using CommandBroker.Contracts.Identity;

namespace CommandBroker.Client.Wire.Identity;

/// <summary>One event in answers of <c>/api/v1/audit</c>.</summary>
public sealed record AuditEventRecord
{
    /// <summary>Its number, decimal: rises, never reused.</summary>
    public required string AuditId { get; init; }

    /// <inheritdoc cref="AuditEvent.At"/>
    public required DateTimeOffset At { get; init; }

    /// <inheritdoc cref="AuditEvent.Action"/>
    public required string Action { get; init; }

    /// <inheritdoc cref="AuditActor.Name"/>
    public required string Actor { get; init; }

    /// <summary>The actor's id; absent for an unknown caller, and for the broker itself.</summary>
    public string? ActorId { get; init; }

    /// <inheritdoc cref="AuditActor.DomainId"/>
    public required string DomainId { get; init; }

    /// <summary>The project it concerns; absent when none.</summary>
    public string? ProjectId { get; init; }

    /// <summary>What it was done to: a source server, a command, an access key, a name.</summary>
    public string? Subject { get; init; }

    /// <summary>A sentence more; absent when there is none.</summary>
    public string? Detail { get; init; }

    /// <summary>Where the call came from; absent for the broker itself.</summary>
    public string? RemoteAddress { get; init; }

    /// <summary>The request's id; absent for the broker itself.</summary>
    public string? RequestId { get; init; }
}
