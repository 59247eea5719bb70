using CommandBroker.Contracts;
using CommandBroker.Core;

namespace CommandBroker.Client.Wire;

/// <summary>One command in answers of <c>/api/v1</c>; absent members mean what null means in <see cref="CommandView"/>.</summary>
public sealed record CommandRecord
{
    /// <summary>The command's number, decimal: <see cref="CommandView.Seq"/>.</summary>
    public required string CommandId { get; init; }

    /// <inheritdoc cref="CommandView.ServerId"/>
    public required string ServerId { get; init; }

    /// <inheritdoc cref="CommandView.Name"/>
    public required string CommandName { get; init; }

    /// <inheritdoc cref="CommandView.Param"/>
    public required RawJson CommandParam { get; init; }

    /// <inheritdoc cref="CommandView.State"/>
    public required CommandState State { get; init; }

    /// <inheritdoc cref="CommandView.Priority"/>
    public int Priority { get; init; }

    /// <inheritdoc cref="CommandView.TaskId"/>
    public string? TaskId { get; init; }

    /// <inheritdoc cref="CommandView.NotBeforeAt"/>
    public DateTimeOffset? NotBefore { get; init; }

    /// <inheritdoc cref="CommandView.ExpiresAt"/>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <inheritdoc cref="CommandView.IdempotencyKey"/>
    public string? IdempotencyKey { get; init; }

    /// <inheritdoc cref="CommandView.EnqueuedAt"/>
    public required DateTimeOffset EnqueuedAt { get; init; }

    /// <inheritdoc cref="CommandView.EnqueuedBy"/>
    public required string EnqueuedBy { get; init; }

    /// <inheritdoc cref="CommandView.Version"/>
    public required int Version { get; init; }

    /// <inheritdoc cref="CommandView.DeliveryCount"/>
    public int DeliveryCount { get; init; }

    /// <inheritdoc cref="CommandView.RedriveCount"/>
    public int RedriveCount { get; init; }

    /// <inheritdoc cref="CommandView.DeliveredAt"/>
    public DateTimeOffset? DeliveredAt { get; init; }

    /// <inheritdoc cref="CommandView.LeasedUntil"/>
    public DateTimeOffset? LeasedUntil { get; init; }

    /// <inheritdoc cref="CommandView.WaitsFor"/>
    public string? WaitsFor { get; init; }

    /// <inheritdoc cref="CommandView.WaitsUntil"/>
    public DateTimeOffset? WaitsUntil { get; init; }

    /// <inheritdoc cref="CommandView.EndedAt"/>
    public DateTimeOffset? EndedAt { get; init; }

    /// <inheritdoc cref="CommandView.EndedBy"/>
    public string? EndedBy { get; init; }

    /// <inheritdoc cref="CommandView.EndReason"/>
    public string? EndReason { get; init; }

    /// <summary>The number of the command that replaced it, decimal: <see cref="CommandView.SupersededBy"/>.</summary>
    public string? SupersededBy { get; init; }

    /// <inheritdoc cref="CommandView.Result"/>
    public ReportResult? Result { get; init; }

    /// <inheritdoc cref="CommandView.ResultDetail"/>
    public RawJson? ResultDetail { get; init; }
}
