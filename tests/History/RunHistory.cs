namespace CommandBroker.History;

/// <summary>A run that is over: its calls, what was read at its end, and its limits.</summary>
public sealed class RunHistory
{
    /// <summary>Pairs the lines of a run to calls.</summary>
    /// <param name="entries">The lines, in the order in which they were written.</param>
    /// <param name="reads">What was read after the drain, each way once.</param>
    /// <param name="limits">The run's limits.</param>
    /// <exception cref="ArgumentException">A call ended that was never invoked: the recorder is broken, not the broker.</exception>
    public RunHistory(IEnumerable<HistoryEntry> entries, IReadOnlyList<FinalRead> reads, RunLimits limits)
    {
        Reads = reads;
        Limits = limits;
        var invoked = new Dictionary<long, HistoryEntry>();
        var calls = new List<HistoryCall>();
        foreach (HistoryEntry entry in entries)
        {
            if (entry.Type == EntryKind.Invoke)
            {
                invoked.Add(entry.Call, entry);
            }
            else if (invoked.Remove(entry.Call, out HistoryEntry? start))
            {
                calls.Add(new HistoryCall(start, entry));
            }
            else
            {
                throw new ArgumentException($"Call {entry.Call} ends without an invoke line, or twice.", nameof(entries));
            }
        }

        calls.AddRange(invoked.Values.Select(start => new HistoryCall(start, null)));
        Calls = [.. calls.OrderBy(call => call.InvokedAt).ThenBy(call => call.Invoked.Call)];
        ByServer = Calls.Where(call => call.IsRequest).ToLookup(call => call.Server);
    }

    /// <summary>The calls, by the instant at which they left.</summary>
    public IReadOnlyList<HistoryCall> Calls { get; }

    /// <summary>The calls of each source server, in the same order.</summary>
    public ILookup<string, HistoryCall> ByServer { get; }

    /// <summary>What was read at the end.</summary>
    public IReadOnlyList<FinalRead> Reads { get; }

    /// <summary>The run's limits.</summary>
    public RunLimits Limits { get; }

    /// <summary>The calls of one kind.</summary>
    public IEnumerable<HistoryCall> Of(CallKind kind) => Calls.Where(call => call.Op == kind);
}
