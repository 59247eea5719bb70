namespace CommandBroker.Storage.Sqlite;

/// <summary>
/// Removes old history. It walks the rows round and round in the order of their numbers, from where the last call stopped, and needs no
/// index that every commit would have to keep (docs/decisions/0005).
/// </summary>
/// <remarks>
/// A run is one call, or several of which all but the last removed as many as they might. It looks at ten rows for each that it removes, and
/// beyond that at about its share of all. So where much is due it goes on, and where nothing is due it costs little.
/// </remarks>
internal sealed class SqlitePurge(SqliteWriter writer, SqliteReaders readers, DamageLog damage)
{
    private const int WalkCount = 2_000;
    private const int RowsPerRemoved = 10;
    private const int RowsPerPage = 10;
    private const int EpochRows = 1 << 18;

    // Each costs the writer's connection. The next run goes on behind them.
    private const int MaxPassedCount = 256;

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
            await PassOverAsync("One of the reports that ended no command", session => SqliteStrayReports.Purge(session, endedBefore, limit));
            await writer.WriteAsync(session => Begin(session, share));
            int removed = await WalkAsync(endedBefore.UtcTicks, limit);
            _isRunning = removed == limit;
            if (!_isRunning)
            {
                await PassOverAsync(
                    "One of the source servers that were deleted", session => SqliteDeletedSourceServers.Remove(session, endedBefore, limit));
            }

            return removed;
        }
        finally
        {
            _turn.Release();
        }
    }

    private long Begin(SqliteSession session, double share)
    {
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
        int rows = WalkCount;
        bool wasDamaged = false;
        int passedCount = 0;
        while (removed < limit && _spareRows > 0 && passedCount < MaxPassedCount && !(isWrapped && _place >= start))
        {
            // Each step is a short transaction of its own, so that commits are not held up.
            int most = limit - removed;
            try
            {
                int step = rows;
                (long[] epochs, int count, int walked, _place) = await writer.WriteAsync(session => Step(session, cutoff, most, step));
                removed += count;
                _spareRows += (RowsPerRemoved * count) - walked;
                await ForgetAsync(epochs);
                rows = Math.Min(2 * rows, WalkCount);
                wasDamaged = false;
            }
            catch (UnreadableRowException) when (rows > 1)
            {
                rows /= 2;
                continue;
            }
            catch (UnreadableRowException fault)
            {
                // Rows around a damaged page cannot be removed either: where one is nearly empty, SQLite joins it with its neighbours.
                if (!wasDamaged)
                {
                    damage.PassedOver($"What follows row {_place} of the table command", fault.Message);
                }

                wasDamaged = true;
                passedCount++;
                _place = await FindPlaceBehindAsync();
                _spareRows--;
            }

            if (_place == 0)
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

    /// <summary>Strikes off those that are empty now. A look that a damaged page ends must not end the removal.</summary>
    private async Task ForgetAsync(long[] epochs)
    {
        foreach (long epoch in epochs)
        {
            try
            {
                if (await readers.ReadAsync(session => SqliteEpochs.IsEmpty(session, epoch)))
                {
                    await writer.WriteAsync(session => session.Epochs.Forget(session, [epoch]));
                }
            }
            catch (UnreadableRowException)
            {
                // It stays listed, which costs a search a look.
            }
        }
    }

    /// <summary>The place behind the next row, which cannot be removed, or behind the pages that cannot be read; 0 when there is none.</summary>
    private async Task<long> FindPlaceBehindAsync()
    {
        try
        {
            return await ReadNextAsync(_place) ?? 0;
        }
        catch (UnreadableRowException)
        {
            return await DamagedStretch.FindEndAsync(_place, CanReadBehindAsync) ?? 0;
        }
    }

    private async Task<bool> CanReadBehindAsync(long place)
    {
        try
        {
            await ReadNextAsync(place);
            return true;
        }
        catch (UnreadableRowException)
        {
            return false;
        }
    }

    private Task<long?> ReadNextAsync(long place) => readers.ReadAsync(session => session[CommandSql.NextRow].Bind(1, place).Scalar());

    /// <summary>Does what may stay undone: a damaged page there must not keep the history.</summary>
    private async Task PassOverAsync(string what, Func<SqliteSession, int> work)
    {
        try
        {
            await writer.WriteAsync(work);
        }
        catch (UnreadableRowException fault)
        {
            damage.PassedOver(what, fault.Message);
        }
    }

    private (long[] Epochs, int Removed, int Walked, long Place) Step(SqliteSession session, long cutoff, int most, int rows)
    {
        var old = new List<(long RowNo, long SourceNo, long Seq)>();
        long place = _place;
        int walked = 0;
        SqliteStatement row = session[CommandSql.Walk].Bind(1, place).Bind(2, rows);
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

        // Looked at in the transaction: one that is past by now gets no row any more.
        return ([.. old.Select(command => SqliteEpochs.Of(command.RowNo)).Distinct().Where(session.Epochs.IsPast)], old.Count, walked, walked < rows && old.Count < most ? 0 : place);
    }
}
