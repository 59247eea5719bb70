using CommandBroker.Core;

namespace CommandBroker.Contracts;

/// <summary>One command as tools see it.</summary>
[GenerateSerializer, Immutable]
[Alias("CommandBroker.CommandView")]
public sealed record CommandView
{
    /// <summary>The source server.</summary>
    [Id(0)] public required string ServerId { get; init; }

    /// <inheritdoc cref="Command.Seq"/>
    [Id(1)] public required long Seq { get; init; }

    /// <inheritdoc cref="Command.Name"/>
    [Id(2)] public required string Name { get; init; }

    /// <inheritdoc cref="Command.Param"/>
    [Id(3)] public required string Param { get; init; }

    /// <inheritdoc cref="Command.TaskId"/>
    [Id(4)] public string? TaskId { get; init; }

    /// <inheritdoc cref="Command.Priority"/>
    [Id(5)] public int Priority { get; init; }

    /// <inheritdoc cref="Command.NotBeforeAt"/>
    [Id(6)] public DateTimeOffset? NotBeforeAt { get; init; }

    /// <inheritdoc cref="Command.ExpiresAt"/>
    [Id(7)] public DateTimeOffset? ExpiresAt { get; init; }

    /// <inheritdoc cref="Command.IdempotencyKey"/>
    [Id(8)] public string? IdempotencyKey { get; init; }

    /// <inheritdoc cref="Command.EnqueuedAt"/>
    [Id(9)] public required DateTimeOffset EnqueuedAt { get; init; }

    /// <inheritdoc cref="Command.EnqueuedBy"/>
    [Id(10)] public required string EnqueuedBy { get; init; }

    /// <inheritdoc cref="Command.Version"/>
    [Id(11)] public required int Version { get; init; }

    /// <inheritdoc cref="Command.State"/>
    [Id(12)] public required CommandState State { get; init; }

    /// <inheritdoc cref="Command.DeliveryCount"/>
    [Id(13)] public int DeliveryCount { get; init; }

    /// <inheritdoc cref="Command.RedriveCount"/>
    [Id(14)] public int RedriveCount { get; init; }

    /// <inheritdoc cref="Command.DeliveredAt"/>
    [Id(15)] public DateTimeOffset? DeliveredAt { get; init; }

    /// <inheritdoc cref="Command.LeasedUntil"/>
    [Id(16)] public DateTimeOffset? LeasedUntil { get; init; }

    /// <summary>What an open command waits for, as a sentence: "for a poll", "for its report until …"; null once it has ended.</summary>
    [Id(17)] public string? WaitsFor { get; init; }

    /// <summary>Until when at most it waits for that; null when there is no such instant.</summary>
    [Id(18)] public DateTimeOffset? WaitsUntil { get; init; }

    /// <inheritdoc cref="Outcome.EndedAt"/>
    [Id(19)] public DateTimeOffset? EndedAt { get; init; }

    /// <inheritdoc cref="Outcome.EndedBy"/>
    [Id(20)] public string? EndedBy { get; init; }

    /// <inheritdoc cref="Outcome.Reason"/>
    [Id(21)] public string? EndReason { get; init; }

    /// <inheritdoc cref="Outcome.SupersededBy"/>
    [Id(22)] public long? SupersededBy { get; init; }

    /// <inheritdoc cref="Outcome.Result"/>
    [Id(23)] public ReportResult? Result { get; init; }

    /// <inheritdoc cref="Outcome.ResultDetail"/>
    [Id(24)] public string? ResultDetail { get; init; }
}
