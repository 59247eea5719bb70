namespace CommandBroker.Core;

/// <summary>The answer to an enqueue.</summary>
/// <param name="Status">What became of it.</param>
/// <param name="Seq">The command's number; 0 unless it is Enqueued or WasThere.</param>
/// <param name="Message">What was found, what is allowed and the setting; null when it is in the queue.</param>
public readonly record struct EnqueueOutcome(EnqueueStatus Status, long Seq, string? Message = null);
