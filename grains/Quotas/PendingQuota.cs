using CommandBroker.Core;

namespace CommandBroker.Grains;

/// <summary>
/// One project's count of pending commands, as one silo knows it, against its quota: what was counted in the store last, and what changed
/// here since. Pure: no clock, no store. Safe for concurrent use.
/// </summary>
/// <remarks>
/// No row is shared by all enqueues of a project: that row would make them take turns across the cluster. So the quota is exact
/// among the enqueues of one silo, and late by one count among several; <c>docs/architecture.md</c> says by how much it can be overshot. What is
/// added while a count runs counts besides, and what leaves meanwhile is not counted off: it may be counted twice, never not at all.
/// </remarks>
internal sealed class PendingQuota(int limit)
{
    private readonly Lock _lock = new();
    private int _limit = limit;
    private long _counted;
    private long _changed;
    private long _reserved;
    private long _addedWhileCounting;

    /// <summary>Pending commands that the project may have.</summary>
    public int Limit
    {
        get => Volatile.Read(ref _limit);
        set => Volatile.Write(ref _limit, value);
    }

    /// <summary>Makes room for commands that are to be committed.</summary>
    /// <returns>False when the quota has no room for all of them. Otherwise <see cref="Release"/> must follow, whatever became of the commit.</returns>
    public bool TryReserve(int count)
    {
        lock (_lock)
        {
            // A count stops a little above the limit, so what left since says nothing while it is above.
            if (_counted > _limit || _counted + _changed + _reserved + count > _limit)
            {
                return false;
            }

            _reserved += count;
            return true;
        }
    }

    /// <summary>Ends a reservation: the commands are committed and noted, or are not there.</summary>
    public void Release(int count)
    {
        lock (_lock)
        {
            _reserved -= count;
        }
    }

    /// <summary>Notes what a commit of this silo changed: commands that wait now, or that wait no longer.</summary>
    public void Note(int change)
    {
        lock (_lock)
        {
            _changed += change;
            _addedWhileCounting += Math.Max(0, change);
        }
    }

    /// <summary>
    /// By how much a transition changes the count. What expired is not counted off: a count in the store may have left it out already.
    /// </summary>
    public static int ChangeOf(QueueState before, QueueState after, IReadOnlyList<Command> changes) =>
        after.PendingCount - before.PendingCount + changes.Count(command => command.State == CommandState.Expired);

    /// <summary>A count begins.</summary>
    public void BeginCount()
    {
        lock (_lock)
        {
            _addedWhileCounting = 0;
        }
    }

    /// <summary>A count has ended; one that failed has no end.</summary>
    /// <param name="counted">What the store held at some instant since <see cref="BeginCount"/>.</param>
    public void EndCount(long counted)
    {
        lock (_lock)
        {
            _counted = counted;
            _changed = _addedWhileCounting;
        }
    }
}
