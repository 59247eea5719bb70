namespace CommandBroker.Storage.Sqlite;

/// <summary>
/// Removes old history. Row numbers rise in the order of enqueue and nothing ends before it is enqueued, so the walk begins at the
/// lowest row, stops at the first one enqueued after the cutoff, and needs no index that every commit would have to keep.
/// </summary>
internal sealed class SqlitePurge(SqliteWriter writer)
{
    private const int WalkCount = 2_000;

    /// <summary>The last row of the current round that was looked at; rows that could not go yet are not looked at again before the next round.</summary>
    private long _place;

    /// <inheritdoc cref="ICommandStore.PurgeAsync"/>
    public Task<int> RunAsync(DateTimeOffset endedBefore, int limit) => RunAsync(endedBefore, limit, 0, isFirst: true);

    private async Task<int> RunAsync(DateTimeOffset endedBefore, int limit, int removedBefore, bool isFirst)
    {
        int removed = removedBefore;
        while (removed < limit)
        {
            // Each step is a short transaction of its own, so that commits are not held up.
            (int stepRemoved, bool isRoundOver) = await writer.WriteAsync(session => Step(session, endedBefore.UtcTicks, limit - removed, isFirst, limit, endedBefore));
            removed += stepRemoved;
            isFirst = false;
            if (isRoundOver)
            {
                break;
            }
        }

        return removed;
    }

    private (int Removed, bool IsRoundOver) Step(SqliteSession session, long cutoff, int most, bool isFirst, int strayLimit, DateTimeOffset endedBefore)
    {
        if (isFirst)
        {
            SqliteStrayReports.Purge(session, endedBefore, strayLimit);
        }

        var old = new List<(long RowNo, long SourceNo, long Seq)>();
        long place = _place;
        int walked = 0;
        bool isRoundOver = false;
        SqliteStatement row = session[CommandSql.Walk].Bind(1, place).Bind(2, WalkCount);
        while (old.Count < most && !isRoundOver && row.Step())
        {
            isRoundOver = row.Int64(3) >= cutoff;
            if (!isRoundOver)
            {
                walked++;
                place = row.Int64(0);
                if (row.NullableInt64(4) < cutoff)
                {
                    old.Add((place, row.Int64(1), row.Int64(2)));
                }
            }
        }

        row.Reset();
        isRoundOver |= walked < WalkCount && old.Count < most;
        foreach ((long rowNo, _, _) in old)
        {
            session[CommandSql.Remove].Bind(1, rowNo).Run();
        }

        foreach (IGrouping<long, (long RowNo, long SourceNo, long Seq)> source in old.GroupBy(command => command.SourceNo))
        {
            session[CommandSql.CountRemoved].Bind(1, source.Key).Bind(2, source.Count()).Bind(3, source.Max(command => command.Seq)).Run();
        }

        if (old.Count > 0)
        {
            SqliteEpochs.Forget(session);
        }

        _place = isRoundOver ? 0 : place;
        return (old.Count, isRoundOver);
    }
}
