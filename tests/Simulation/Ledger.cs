using CommandBroker.Contracts;
using CommandBroker.Core;

namespace CommandBroker.Simulation;

/// <summary>
/// What happened in one schedule: every change of a row in the order of commits, and what clients were told. Rules that one change can
/// break are checked as it comes; what only the end shows is checked by <see cref="FinalCheck"/>.
/// </summary>
internal sealed class Ledger(QueuePolicy policy, bool isStrict, bool isTold)
{
    private readonly HashSet<long> _delivered = [];
    private readonly HashSet<long> _everDelivered = [];
    private readonly HashSet<long> _numbers = [];
    private readonly HashSet<string> _unkeyed = [];
    private readonly Dictionary<(long Seq, int Count), int> _deliveriesBySeq = [];
    private readonly Dictionary<long, int> _firstDeliveries = [];
    private readonly Dictionary<long, int> _unresolved = [];
    private int _firstDeliveryCount;
    private readonly Dictionary<long, Command> _current = [];
    private readonly HashSet<(long Seq, int Count, long? At)> _undone = [];
    private readonly Dictionary<long, int> _handOutChanges = [];

    /// <summary>The first rule that was broken, as a sentence; null while all hold.</summary>
    public string? Broken { get; private set; }

    /// <summary>Commits and answers in order, to print one schedule; null when nobody will.</summary>
    public List<string>? Lines { get; } = isTold ? [] : null;

    /// <summary>Changes of rows so far.</summary>
    public int ChangeCount { get; private set; }

    /// <summary>Whether a command was handed out more than once.</summary>
    public bool HadRedelivery { get; private set; }

    /// <summary>Commands that retention has removed.</summary>
    public HashSet<long> RemovedNumbers { get; } = [];

    /// <summary>Enqueues that were acknowledged: key, number, name, parameters.</summary>
    public List<(string? Key, long Seq, string Name, string Param)> Enqueued { get; } = [];

    /// <summary>Reports by number that were acknowledged as ending their command.</summary>
    public List<(long Seq, ReportResult Result)> Ended { get; } = [];

    /// <summary>Cancels that were acknowledged, with the number of changes at that moment.</summary>
    public List<long> Cancelled { get; } = [];

    /// <summary>Commands of which an agent got a response, or may have got one.</summary>
    public HashSet<long> MaybeSeen { get; } = [];

    /// <summary>Releases that came when their command had been handed out again, and so undid nothing.</summary>
    public int LateReleaseCount { get; private set; }

    /// <summary>How often a command was handed out, or a hand-out of it undone.</summary>
    public int HandOutChangesOf(long seq) => _handOutChanges.GetValueOrDefault(seq);

    /// <summary>A response was not sent, and its release was answered as done. One that comes after the next hand-out undoes nothing, and the command counts as seen.</summary>
    /// <param name="reply">The response.</param>
    /// <param name="changesBefore">What <see cref="HandOutChangesOf"/> was when the release left.</param>
    public void TakenBack(PollReply reply, int changesBefore)
    {
        (long Seq, int Count, long? At) delivery = (reply.Seq, reply.DeliveryCount, InstantOf(reply.DeliveredAt));
        bool isLast = HandOutChangesOf(reply.Seq) == changesBefore && _current.TryGetValue(reply.Seq, out Command? known) && DeliveryOf(known) == delivery;
        if (!isLast && !_undone.Contains(delivery))
        {
            Lines?.Add($"         not sent, and handed out again before its release: #{reply.Seq}");
            LateReleaseCount++;
            return;
        }

        Lines?.Add($"         not sent and taken back: #{reply.Seq}{(reply.IsRepeat ? " again" : "")}");
        _unresolved[reply.Seq] = _unresolved.GetValueOrDefault(reply.Seq) - 1;
    }

    /// <summary>Whether no agent can have seen it: every response that showed it was not sent, and that was taken back.</summary>
    public bool IsSurelyUnseen(long seq) => !MaybeSeen.Contains(seq) && _unresolved.GetValueOrDefault(seq) == 0;

    /// <summary>Notes a rule that is broken; the first one counts.</summary>
    public void Break(string rule) => Broken ??= rule;

    /// <summary>A row has changed.</summary>
    public void Changed(Command? before, Command after, DateTimeOffset now)
    {
        Lines?.Add($"{now:HH:mm:ss} {before?.State.ToString() ?? "-"} -> #{after.Seq} v{after.Version} {after.Name} p{after.Priority} {after.State} d{after.DeliveryCount} until {after.LeasedUntil:HH:mm:ss} at {after.DeliveredAt:HH:mm:ss.fffffff}");
        ChangeCount++;
        if (before is null && !_numbers.Add(after.Seq))
        {
            Break($"S9: number {after.Seq} was given twice.");
        }

        if (before is null && after.IdempotencyKey is null && !_unkeyed.Add(after.Param))
        {
            Break($"S1: one call without a key was enqueued twice, the second time as #{after.Seq}.");
        }

        if (before is null && _current.Count > 0 && after.Seq <= _current.Keys.Max())
        {
            Break($"S9: number {after.Seq} came after {_current.Keys.Max()}.");
        }

        if (before is not null && after.Version != before.Version + 1)
        {
            Break($"S6: version {after.Version} of #{after.Seq} was written over {before.Version}.");
        }

        if (before is not null && (before.Name != after.Name || before.Param != after.Param))
        {
            Break($"S3: #{after.Seq} is no longer what was enqueued.");
        }

        if (before is not null && !TransitionTable.IsAllowed(before, after))
        {
            Break($"S5/S7/S12: #{after.Seq} went from {before.State} to {after.State}.");
        }

        if (after.State == CommandState.Leased && policy.DeliveryMode == DeliveryMode.AtMostOnce)
        {
            Break($"S5: #{after.Seq} was leased, though it may be handed out once only.");
        }

        // The last two digits of the delivery's instant, of 100 ns, say how often it was shown.
        if (after.State == CommandState.Leased && after.LeasedUntil - after.DeliveredAt is { } lease && policy.VisibilityTimeout - lease is { Ticks: < 0 or >= 100 })
        {
            Break($"S5: #{after.Seq} was leased for {lease}, and the settings say {policy.VisibilityTimeout}.");
        }

        if (MaybeSeen.Contains(after.Seq) && !after.MayBeKnown)
        {
            Break($"S3: #{after.Seq} counts as never handed out, and an agent may have seen it.");
        }

        if ((after.DeliveredAt - before?.DeliveredAt)?.Ticks == 1)
        {
            // Shown once more. Nine times are as good as seen.
            _unresolved[after.Seq] = _unresolved.GetValueOrDefault(after.Seq) + (after.DeliveredAt!.Value.Ticks % 10 == 9 ? 1_000 : 1);
        }

        if (before?.DeliveryCount == after.DeliveryCount + 1)
        {
            _undone.Add(DeliveryOf(before));
            _handOutChanges[after.Seq] = HandOutChangesOf(after.Seq) + 1;
        }

        if (IsDelivery(before, after))
        {
            Delivered(before, after, now);
        }
        else if (after.DeliveryCount == 0)
        {
            // Taken back, as its response was not sent, or redriven: what comes next is a first delivery again.
            _delivered.Remove(after.Seq);
            if (!after.MayBeKnown)
            {
                // Never sent: it was not handed out after any other.
                _firstDeliveries.Remove(after.Seq);
            }
        }

        _current[after.Seq] = after;
    }

    /// <summary>Retention removed commands.</summary>
    public void Removed(IEnumerable<long> numbers)
    {
        foreach (long seq in numbers)
        {
            RemovedNumbers.Add(seq);
            if (_current[seq].IsOpen)
            {
                Break($"S1: retention removed #{seq}, which is open.");
            }
        }
    }

    /// <summary>An agent was handed a command. Nothing is handed out that no commit made so, nor twice by one commit.</summary>
    public void HandedOut(PollReply reply)
    {
        (long seq, int count) = (reply.Seq, reply.DeliveryCount);
        Lines?.Add($"         agent gets #{seq} {reply.Name} d{count}{(reply.IsRepeat ? " again" : "")}");
        if (!_current.TryGetValue(seq, out Command? known) || known.Name != reply.Name || known.Param != reply.Param)
        {
            Break($"S3: #{seq} was handed out as {reply.Name} {reply.Param}, stored is {known?.Name} {known?.Param}.");
        }

        if (reply.IsRepeat)
        {
            return;
        }

        int left = _deliveriesBySeq.GetValueOrDefault((seq, count));
        _deliveriesBySeq[(seq, count)] = left - 1;
        if (left <= 0)
        {
            Break($"S12: delivery {count} of #{seq} was answered, but not committed, or answered twice.");
        }
    }

    private void Delivered(Command? before, Command after, DateTimeOffset now)
    {
        bool isFirst = _delivered.Add(after.Seq);
        _handOutChanges[after.Seq] = HandOutChangesOf(after.Seq) + 1;
        _unresolved[after.Seq] = _unresolved.GetValueOrDefault(after.Seq) + 1;
        HadRedelivery |= !isFirst;
        _everDelivered.Add(after.Seq);
        if (before is { State: CommandState.Leased } && before.LeasedUntil > now)
        {
            Break($"S5: #{after.Seq} was handed out while its lease ran until {before.LeasedUntil:HH:mm:ss}.");
        }

        if (after.DeliveryCount != (before?.DeliveryCount ?? 0) + 1 || after.DeliveryCount > policy.MaxDeliveries)
        {
            Break($"S5: #{after.Seq} has delivery count {after.DeliveryCount} after {before?.DeliveryCount}.");
        }

        if (isFirst && _current.Values.Any(other => other.Seq != after.Seq && other.State == CommandState.Pending && !_everDelivered.Contains(other.Seq)
            && (other.Priority == after.Priority ? other.Seq < after.Seq : isStrict && other.Priority > after.Priority)))
        {
            Break($"S4: #{after.Seq} was handed out first, though an earlier one waited.");
        }

        if (isFirst)
        {
            _firstDeliveries[after.Seq] = ++_firstDeliveryCount;
        }
        else if (after.RedriveCount == 0 && _current.Values.FirstOrDefault(other => other.TaskId == after.TaskId && other.Seq > after.Seq
            && (isStrict || other.Priority == after.Priority)
            && _firstDeliveries.GetValueOrDefault(other.Seq) > _firstDeliveries[after.Seq]) is { } later)
        {
            Break($"S4: #{after.Seq} came again, though #{later.Seq} of its task had been handed out after it.");
        }

        _deliveriesBySeq[(after.Seq, after.DeliveryCount)] = _deliveriesBySeq.GetValueOrDefault((after.Seq, after.DeliveryCount)) + 1;
    }

    private static bool IsDelivery(Command? before, Command after) =>
        after.State is CommandState.Leased or CommandState.Delivered && after.DeliveryCount > (before?.DeliveryCount ?? 0);

    private static (long Seq, int Count, long? At) DeliveryOf(Command command) => (command.Seq, command.DeliveryCount, InstantOf(command.DeliveredAt));

    // Without the last two digits, of 100 ns: see Showings.
    private static long? InstantOf(DateTimeOffset? deliveredAt) => deliveredAt?.UtcTicks / 100;
}
