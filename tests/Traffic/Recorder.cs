using System.Diagnostics;
using CommandBroker.History;

namespace CommandBroker.Traffic;

/// <summary>Numbers the calls of one run and writes them down.</summary>
public sealed class Recorder(string run, HistoryFile file)
{
    private readonly long _startedAt = Stopwatch.GetTimestamp();
    private long _calls;

    /// <summary>The time since the start of the run, as the history has it.</summary>
    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_startedAt);

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

    /// <summary>Notes how a request ended.</summary>
    public void End(HistoryEntry invoked, ApiAnswer answer, Func<HistoryEntry, HistoryEntry>? with = null) =>
        End(invoked, answer.Outcome, answer.Note, entry =>
        {
            HistoryEntry noted = entry with { Status = answer.Status, RetryAfter = answer.RetryAfter };
            return with is null ? noted : with(noted);
        });

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
