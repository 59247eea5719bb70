namespace CommandBroker.Storage.Identity;

/// <summary>One row of the audit.</summary>
public sealed record StoredAuditEvent
{
    /// <summary>Its number: rises, never reused; 0 before it is stored.</summary>
    public long AuditNo { get; init; }

    /// <summary>When, UTC.</summary>
    public required DateTimeOffset OccurredAt { get; init; }

    /// <summary>The actor's domain.</summary>
    public required string DomainId { get; init; }

    /// <summary>The actor's name.</summary>
    public required string ActorName { get; init; }

    /// <summary>The actor's id; null when not known.</summary>
    public string? PrincipalId { get; init; }

    /// <summary>The address the call came from; null when not known.</summary>
    public string? RemoteAddress { get; init; }

    /// <summary>What, in the past tense.</summary>
    public required string Action { get; init; }

    /// <summary>The project it concerns; null when none.</summary>
    public string? ProjectId { get; init; }

    /// <summary>What it was done to; null when nothing more is to be said.</summary>
    public string? Subject { get; init; }

    /// <summary>The request id; null when not known.</summary>
    public string? RequestId { get; init; }

    /// <summary>A sentence more; null when none.</summary>
    public string? Detail { get; init; }
}
