using CommandBroker.Gateway.Management;

namespace CommandBroker.Fuzz.Bodies;

/// <summary>One line of a streamed batch. It is either a call to a source server, or answered at once.</summary>
internal static class EnqueueLineTarget
{
    public static FuzzTarget Target { get; } = new(
        "enqueue-line",
        [.. JsonWords.All, "\"server_id\":", "\"command_name\":", "\"command_param\":", "\"idempotency_key\":", "\"priority\":", "\"not_before\":", "\"time_to_live\":", "\"2026-11-23T08:47:17Z\""],
        Check);

    private static string Check(ReadOnlySpan<byte> input)
    {
        BatchLine line = BatchLine.Read(1, input);
        return line.Call is not null && line.Id is not null && line.Answer is null ? "Read"
            : line.Call is null && line.Answer?.Error is { } error ? error.Reason.ToString()
            : throw new FuzzException("Neither a call nor an answer, or both.");
    }
}
