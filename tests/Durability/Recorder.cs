using System.Diagnostics;
using CommandBroker.History;

namespace CommandBroker.Durability;

/// <summary>Numbers the calls of one run and writes them down.</summary>
internal sealed class Recorder(string run, HistoryFile file)
{
    private readonly long _startedAt = Stopwatch.GetTimestamp();
    private long _calls;

    /// <summary>Notes that a request is about to leave.</summary>
    /// <returns>The line, to be handed to <see cref="End"/>.</returns>
    public HistoryEntry Invoke(string client, CallKind op, string? broker, string? server, Func<HistoryEntry, HistoryEntry>? with = null)
    {
        var entry = new HistoryEntry
        {
            Run = run,
            Client = client,
            Call = Interlocked.Increment(ref _calls),
            Op = op,
            Type = EntryKind.Invoke,
            At = Stopwatch.GetElapsedTime(_startedAt),
            Broker = broker,
            Server = server,
        };
        entry = with is null ? entry : with(entry);
        file.Append(entry);
        return entry;
    }

    /// <summary>Notes how it ended.</summary>
    public void End(HistoryEntry invoked, EntryKind outcome, string? note = null, Func<HistoryEntry, HistoryEntry>? with = null)
    {
        var entry = new HistoryEntry
        {
            Run = invoked.Run,
            Client = invoked.Client,
            Call = invoked.Call,
            Op = invoked.Op,
            Type = outcome,
            At = Stopwatch.GetElapsedTime(_startedAt),
            Note = note,
        };
        file.Append(with is null ? entry : with(entry));
    }
}
