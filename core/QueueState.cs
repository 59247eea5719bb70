using System.Collections.Immutable;

namespace CommandBroker.Core;

/// <summary>
/// One source server's queue: its open commands in the order of hand-out, and the counters that must outlive them. Immutable;
/// a transition that changes nothing returns the same reference.
/// </summary>
public sealed class QueueState
{
    /// <summary>A queue that never held a command.</summary>
    public static QueueState Empty { get; } = new([], lastSeq: 0, removedCount: 0, skippedCount: 0, leasedCount: 0, firstOpenSeq: 1, SettleBounds.None);

    /// <summary>Up to so many changes are put at their places one by one.</summary>
    private const int MaxPutCount = 16;

    // Narrowed in place after a look at all commands: it says when to look again, and no answer depends on it.
    private SettleBounds _bounds;

    private QueueState(
        ImmutableArray<Command> open, long lastSeq, long removedCount, long skippedCount, int leasedCount, long firstOpenSeq, SettleBounds bounds)
    {
        _bounds = bounds;
        Open = open;
        LastSeq = lastSeq;
        RemovedCount = removedCount;
        SkippedCount = skippedCount;
        LeasedCount = leasedCount;
        FirstOpenSeq = firstOpenSeq;
    }

    /// <summary>The open commands, by priority (highest first), then sequence number.</summary>
    public ImmutableArray<Command> Open { get; }

    /// <summary>The highest sequence number ever given out, 0 at first; never falls, also when history is removed.</summary>
    public long LastSeq { get; }

    /// <summary>
    /// The lowest number of an open command that was never redriven; one above <see cref="LastSeq"/> when there is none. Whatever is below it
    /// has ended for good, unless it is redriven: a store need not look there for open commands.
    /// </summary>
    public long FirstOpenSeq { get; }

    /// <summary>How many ended commands retention has removed: enqueued = open + history + removed.</summary>
    public long RemovedCount { get; }

    /// <summary>How many numbers were passed over, because the store was restored from a backup and they may have been given out after it; 0 otherwise.</summary>
    public long SkippedCount { get; }

    /// <summary>Commands that wait to be handed out.</summary>
    public int PendingCount => Open.Length - LeasedCount;

    /// <summary>Commands whose report is awaited, whether their lease still runs or not.</summary>
    public int LeasedCount { get; }

    /// <summary>Ended commands that are still kept.</summary>
    public long HistoryCount => LastSeq - SkippedCount - RemovedCount - Open.Length;

    /// <summary>Builds a queue from what a store holds.</summary>
    /// <param name="open">The open commands, in any order.</param>
    /// <param name="lastSeq">The highest sequence number ever given out.</param>
    /// <param name="removedCount">How many ended commands retention has removed.</param>
    /// <param name="skippedCount">How many numbers up to <paramref name="lastSeq"/> were passed over.</param>
    /// <exception cref="ArgumentException">A command has ended, or its number is above <paramref name="lastSeq"/> or used twice.</exception>
    public static QueueState Restore(IEnumerable<Command> open, long lastSeq, long removedCount, long skippedCount = 0)
    {
        ImmutableArray<Command> sorted = [.. open.Order(HandOutOrder.Instance)];
        var seen = new HashSet<long>();
        foreach (Command command in sorted)
        {
            if (!command.IsOpen || command.Seq > lastSeq || !seen.Add(command.Seq))
            {
                throw new ArgumentException($"Command {command.Seq} ({command.State}) does not fit an open queue that ends at {lastSeq}.", nameof(open));
            }
        }

        return new QueueState(sorted, lastSeq, removedCount, skippedCount, sorted.Count(IsLeased), FirstOpenOf(sorted, lastSeq), BoundsOf(sorted));
    }

    /// <summary>
    /// Whether time may have changed a command since it was last settled. False is certain; true asks for <see cref="CommandQueue.Settle(QueueState, QueuePolicy, DateTimeOffset)"/>.
    /// </summary>
    public bool MayNeedSettling(QueuePolicy policy, DateTimeOffset now) => _bounds.MayNeedSettling(policy, now);

    /// <summary>The open command of that number; null when it has ended or never was.</summary>
    public Command? Find(long seq)
    {
        foreach (Command command in Open)
        {
            if (command.Seq == seq)
            {
                return command;
            }
        }

        return null;
    }

    /// <summary>Whether both hold the same open commands as they were last written, and gave out the same numbers: then no commit lies between them that changed either.</summary>
    public bool IsAs(QueueState other)
    {
        if (LastSeq != other.LastSeq || Open.Length != other.Open.Length)
        {
            return false;
        }

        for (int place = 0; place < Open.Length; place++)
        {
            if (Open[place].Seq != other.Open[place].Seq || Open[place].Version != other.Open[place].Version)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The open commands that come after a place in the order of hand-out, whether a command stands there or not.</summary>
    public IEnumerable<Command> OpenAfter(int priority, long seq)
    {
        int low = 0;
        int high = Open.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            Command command = Open[middle];
            bool isAfter = command.Priority < priority || (command.Priority == priority && command.Seq > seq);
            (low, high) = isAfter ? (low, middle) : (middle + 1, high);
        }

        return Open.Skip(low);
    }

    /// <summary>
    /// Whether a change is of a command that this queue never saw: its number is above <see cref="LastSeq"/>, though it is not new.
    /// Then there are others it never saw, and it must be read again.
    /// </summary>
    public bool IsBehind(ImmutableArray<Command> changes)
    {
        foreach (Command change in changes)
        {
            if (change.Seq > LastSeq && change.Version > 1)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>How many leases run.</summary>
    internal int RunningCount(DateTimeOffset now) =>
        LeasedCount == 0 || now.UtcTicks < _bounds.EarliestTicks ? LeasedCount : Open.Count(command => command.LeasedUntil > now);

    /// <summary>Takes bounds that were found by a look at all commands.</summary>
    internal void Narrow(SettleBounds bounds) => _bounds = bounds;

    /// <summary>This queue after some of its commands changed or were added; ended ones leave it.</summary>
    internal QueueState Apply(ImmutableArray<Command> changes)
    {
        if (changes.IsEmpty)
        {
            return this;
        }

        // Counted on, not anew: looking at every command of a long queue would cost more than all else that an enqueue does.
        long lastSeq = LastSeq;
        int leasedCount = LeasedCount;
        bool hasFirstEnded = FirstOpenSeq > LastSeq;
        SettleBounds bounds = Open.IsEmpty ? SettleBounds.None : _bounds;
        bool areMany = changes.Length > MaxPutCount;
        ImmutableArray<Command>.Builder open = areMany ? WithoutEnded(changes) : ImmutableArray.CreateBuilder<Command>(Open.Length + changes.Length);
        if (areMany)
        {
            leasedCount = open.Count(IsLeased);
        }
        else
        {
            open.AddRange(Open);
        }

        foreach (Command change in changes)
        {
            lastSeq = Math.Max(lastSeq, change.Seq);
            leasedCount -= Put(change, open) is { } before && IsLeased(before) ? 1 : 0;
            leasedCount += IsLeased(change) ? 1 : 0;
            bounds = change.IsOpen ? bounds.With(change) : bounds;
            hasFirstEnded |= change.Seq < FirstOpenSeq || (change.Seq == FirstOpenSeq && (!change.IsOpen || change.RedriveCount > 0));
        }

        ImmutableArray<Command> after = open.DrainToImmutable();
        return new QueueState(after, lastSeq, RemovedCount, SkippedCount, leasedCount, hasFirstEnded ? FirstOpenOf(after, lastSeq) : FirstOpenSeq, bounds);
    }

    /// <summary>The open commands but those that the changes end: taken out together, as each alone would move all behind it.</summary>
    private ImmutableArray<Command>.Builder WithoutEnded(ImmutableArray<Command> changes)
    {
        HashSet<long> ended = [.. changes.Where(change => !change.IsOpen).Select(change => change.Seq)];
        ImmutableArray<Command>.Builder open = ImmutableArray.CreateBuilder<Command>(Open.Length + changes.Length);
        foreach (Command command in Open)
        {
            if (!ended.Contains(command.Seq))
            {
                open.Add(command);
            }
        }

        return open;
    }

    /// <summary>Puts a command at its place, or takes it out when it has ended.</summary>
    /// <returns>What stood there of it; null when it was not open.</returns>
    private static Command? Put(Command change, ImmutableArray<Command>.Builder open)
    {
        int place = PlaceOf(change, open);

        // Neither priority nor number ever changes, so a command that was open stands exactly there.
        Command? before = place < open.Count && open[place].Seq == change.Seq ? open[place] : null;
        switch (before, change.IsOpen)
        {
            case (null, true):
                open.Insert(place, change);
                break;
            case (not null, true):
                open[place] = change;
                break;
            case (not null, false):
                open.RemoveAt(place);
                break;
        }

        return before;
    }

    private static bool IsLeased(Command command) => command.State == CommandState.Leased;

    private static SettleBounds BoundsOf(ImmutableArray<Command> open)
    {
        SettleBounds bounds = SettleBounds.None;
        foreach (Command command in open)
        {
            bounds = bounds.With(command);
        }

        return bounds;
    }

    private static long FirstOpenOf(ImmutableArray<Command> open, long lastSeq)
    {
        long first = lastSeq + 1;
        foreach (Command command in open)
        {
            if (command.RedriveCount == 0 && command.Seq < first)
            {
                first = command.Seq;
            }
        }

        return first;
    }

    /// <summary>How many come before it.</summary>
    private static int PlaceOf(Command command, ImmutableArray<Command>.Builder open)
    {
        int low = 0;
        int high = open.Count;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (HandOutOrder.Instance.Compare(open[middle], command) < 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
