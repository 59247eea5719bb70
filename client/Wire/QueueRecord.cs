using System.Collections.Immutable;
using CommandBroker.Contracts;

namespace CommandBroker.Client.Wire;

/// <summary>The answer to <c>GET /api/v1/sources/{server_id}/commands</c>.</summary>
public sealed record QueueRecord
{
    /// <inheritdoc cref="QueueView.ServerId"/>
    public required string ServerId { get; init; }

    /// <inheritdoc cref="QueueView.PendingCount"/>
    public required int PendingCount { get; init; }

    /// <inheritdoc cref="QueueView.LeasedCount"/>
    public required int LeasedCount { get; init; }

    /// <inheritdoc cref="QueueView.HistoryCount"/>
    public required long HistoryCount { get; init; }

    /// <inheritdoc cref="QueueView.RemovedCount"/>
    public required long RemovedCount { get; init; }

    /// <summary>The highest number ever given out, decimal; <c>0</c> when none was.</summary>
    public required string LastCommandId { get; init; }

    /// <inheritdoc cref="QueueView.Commands"/>
    public required ImmutableArray<CommandRecord> Commands { get; init; }

    /// <summary>The value of <c>after</c> that asks for the next page; absent on the last one.</summary>
    public string? NextAfter { get; init; }
}
