namespace CommandBroker.Storage.Sqlite;

/// <summary>
/// Removes old history. It walks the rows round and round in the order of their numbers, from where the last call stopped, and needs no
/// index that every commit would have to keep (docs/decisions/0005).
/// </summary>
/// <remarks>
/// A run is one call, or several of which all but the last removed as many as they might. It looks at ten rows for each that it removes, and
/// beyond that at about its share of all. So where much is due it goes on, and where nothing is due it costs little.
/// </remarks>
internal sealed class SqlitePurge(SqliteWriter writer)
{
    private const int WalkCount = 2_000;
    private const int RowsPerRemoved = 10;
    private const int RowsPerPage = 10;
    private const int EpochRows = 1 << 18;

    private readonly SemaphoreSlim _turn = new(1);
    private long _place;
    private long _spareRows;
    private bool _isRunning;

    /// <inheritdoc cref="ICommandStore.PurgeAsync"/>
    public async Task<int> RunAsync(DateTimeOffset endedBefore, int limit, double share)
    {
        await _turn.WaitAsync();
        try
        {
            await writer.WriteAsync(session => Begin(session, endedBefore, limit, share));
            int removed = await WalkAsync(endedBefore.UtcTicks, limit);
            _isRunning = removed == limit;
            if (!_isRunning)
            {
                await writer.WriteAsync(session => SqliteDeletedSourceServers.Remove(session, endedBefore, limit));
            }

            return removed;
        }
        finally
        {
            _turn.Release();
        }
    }

    private long Begin(SqliteSession session, DateTimeOffset endedBefore, int limit, double share)
    {
        SqliteStrayReports.Purge(session, endedBefore, limit);
        if (!_isRunning)
        {
            long pages = (session["PRAGMA page_count"].Scalar() ?? 0) - (session["PRAGMA freelist_count"].Scalar() ?? 0);
            long epochs = session["SELECT count(*) FROM epoch"].Scalar() ?? 0;
            _spareRows = Math.Max(WalkCount, (long)(Math.Min(epochs * EpochRows, pages * RowsPerPage) * share));
        }

        return _spareRows;
    }

    private async Task<int> WalkAsync(long cutoff, int limit)
    {
        long start = _place;
        bool isWrapped = false;
        int removed = 0;
        while (removed < limit && _spareRows > 0 && !(isWrapped && _place >= start))
        {
            // Each step is a short transaction of its own, so that commits are not held up.
            int most = limit - removed;
            (int count, int walked, long place) = await writer.WriteAsync(session => Step(session, cutoff, most));
            removed += count;
            _spareRows += (RowsPerRemoved * count) - walked;
            _place = place;
            if (place == 0)
            {
                if (isWrapped || start == 0)
                {
                    break;
                }

                isWrapped = true;
            }
        }

        return removed;
    }

    private (int Removed, int Walked, long Place) Step(SqliteSession session, long cutoff, int most)
    {
        var old = new List<(long RowNo, long SourceNo, long Seq)>();
        long place = _place;
        int walked = 0;
        SqliteStatement row = session[CommandSql.Walk].Bind(1, place).Bind(2, WalkCount);
        while (old.Count < most && row.Step())
        {
            walked++;
            place = row.Int64(0);
            if (row.NullableInt64(3) < cutoff)
            {
                old.Add((place, row.Int64(1), row.Int64(2)));
            }
        }

        row.Reset();
        foreach ((long rowNo, _, _) in old)
        {
            session[CommandSql.Remove].Bind(1, rowNo).Run();
        }

        foreach (IGrouping<long, (long RowNo, long SourceNo, long Seq)> source in old.GroupBy(command => command.SourceNo))
        {
            session[CommandSql.CountRemoved].Bind(1, source.Key).Bind(2, source.Count()).Bind(3, source.Max(command => command.Seq)).Run();
        }

        session.Epochs.Forget(session, old.Select(command => SqliteEpochs.Of(command.RowNo)).Distinct());
        return (old.Count, walked, walked < WalkCount && old.Count < most ? 0 : place);
    }
}
