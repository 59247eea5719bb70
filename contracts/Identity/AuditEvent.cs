namespace CommandBroker.Contracts.Identity;

/// <summary>One thing that somebody did, or was refused. Holds no secret, no token and no command parameter.</summary>
[GenerateSerializer, Immutable]
[Alias("CommandBroker.AuditEvent")]
public sealed record AuditEvent
{
    /// <summary>When, UTC.</summary>
    [Id(0)] public required DateTimeOffset At { get; init; }

    /// <summary>Who.</summary>
    [Id(1)] public required AuditActor Actor { get; init; }

    /// <summary>What, in the past tense: <c>command.enqueued</c>, <c>key.created</c>, <c>signin.refused</c>.</summary>
    [Id(2)] public required string Action { get; init; }

    /// <summary>The project it concerns; null when none.</summary>
    [Id(3)] public string? ProjectId { get; init; }

    /// <summary>What it was done to: a source server, a command <c>server/number</c>, an access key, a principal's name; at most 512 characters.</summary>
    [Id(4)] public string? Subject { get; init; }

    /// <summary>The request id, by which the log can be searched; null for the broker itself, and where it is not known.</summary>
    [Id(5)] public string? RequestId { get; init; }

    /// <summary>A sentence more, such as the rule by which it was refused; at most 512 characters.</summary>
    [Id(6)] public string? Detail { get; init; }

    /// <summary>Its number in the store: rises, never reused; 0 before it is stored.</summary>
    [Id(7)] public long AuditNo { get; init; }
}
