using System.Text.Json.Serialization;

namespace CommandBroker.History;

/// <summary>One line of a recorded run.</summary>
public sealed record HistoryEntry
{
    /// <summary>The run it belongs to.</summary>
    public required string Run { get; init; }

    /// <summary>The client that called.</summary>
    public required string Client { get; init; }

    /// <summary>The call's number within the run: the same in the invoke line and in the line that ends the call.</summary>
    public required long Call { get; init; }

    /// <summary>What was asked.</summary>
    public required CallKind Op { get; init; }

    /// <summary>Which stage of the call this is.</summary>
    public required EntryKind Type { get; init; }

    /// <summary>When, since the start of the run, by a clock that never steps back.</summary>
    [JsonPropertyName("t")]
    public required TimeSpan At { get; init; }

    /// <summary>The source server; null for a kill.</summary>
    public string? Server { get; init; }

    /// <summary>The broker process that was called; null when there is only one.</summary>
    public string? Broker { get; init; }

    /// <summary>The idempotency key of an enqueue.</summary>
    public string? Key { get; init; }

    /// <summary>The command's number, once it is known.</summary>
    public long? CommandId { get; init; }

    /// <summary>The digest of <c>command_param</c>, byte for byte; unique for each command of a run.</summary>
    public string? Hash { get; init; }

    /// <summary>The command's task; null when it has none.</summary>
    public string? Task { get; init; }

    /// <summary>A poll's <c>X-Delivery-Count</c>.</summary>
    public int? Delivery { get; init; }

    /// <summary>What was reported: <c>success</c> or <c>fail</c>.</summary>
    public string? Result { get; init; }

    /// <summary>The HTTP status of the answer; null when there was no answer.</summary>
    public int? Status { get; init; }

    /// <summary>How many seconds the answer asked to wait; null when it did not ask.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>The status or the fault, for whoever reads the file.</summary>
    public string? Note { get; init; }
}
