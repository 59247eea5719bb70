using CommandBroker.Core;
using CommandBroker.Storage.Batching;
using Npgsql;

namespace CommandBroker.Storage.Postgres;

/// <summary>
/// Reads queues, as many in one round trip as are short together. One statement is one snapshot, so a queue is never read half before and half after a commit.
/// One with many open commands is left to <see cref="LongQueueReader"/>, and no other waits for it.
/// </summary>
/// <param name="connections">For those that are read together.</param>
/// <param name="longReads">For those that are read by themselves.</param>
internal sealed class QueueLoader(PostgresConnections connections, PostgresConnections longReads) : IDisposable
{
    private static readonly string Select = $"""
        select {LoadedQueue.Columns}, {CommandRows.Columns}
        from {SourceServerRows.FromKeys}
        {OpenCommands.JoinNewest}
        left join lateral (select * from ({OpenCommands.Select}) o limit {LongQueueReader.PartCount + 1}) c on true
        """;

    // Who sees the fault should find the source server listed, but a server that takes no writes must not hold up the loads.
    private static readonly TimeSpan MarkPatience = TimeSpan.FromMilliseconds(500);

    private readonly ReadPace _pace = new();
    private readonly LongQueueReader _long = new(longReads);

    /// <inheritdoc/>
    public void Dispose() => _long.Dispose();

    /// <summary>Completes every lookup; a row that cannot be read is the fault of its own lookup alone.</summary>
    public async ValueTask LoadAsync(IReadOnlyList<PendingLookup<SourceServerKey, StoredQueue?>> lookups)
    {
        for (int done = 0; done < lookups.Count;)
        {
            PendingLookup<SourceServerKey, StoredQueue?>[] some = [.. lookups.Skip(done).Take(_pace.Count)];
            await LoadTogetherAsync(some);
            done += some.Length;
        }
    }

    private async Task LoadTogetherAsync(PendingLookup<SourceServerKey, StoredQueue?>[] lookups)
    {
        string[] keys = [.. lookups.Select(lookup => lookup.Key.Text).Distinct()];
        Dictionary<string, LoadedQueue> loaded = await ReadInTimeAsync(keys);
        PendingLookup<SourceServerKey, StoredQueue?>[] uncertain = [.. lookups.Where(IsUncertain)];
        PendingLookup<SourceServerKey, StoredQueue?>[] @long = [.. lookups.Except(uncertain).Where(lookup => loaded.GetValueOrDefault(lookup.Key.Text)?.IsLong == true)];

        // The others are not kept waiting.
        if (uncertain.Length > 0)
        {
            _ = LoadUndeletedAsync(uncertain);
        }

        foreach (IGrouping<SourceServerKey, PendingLookup<SourceServerKey, StoredQueue?>> one in @long.GroupBy(lookup => lookup.Key))
        {
            loaded.Remove(one.Key.Text);
            _ = LoadLongAsync([.. one]);
        }

        await CompleteAsync([.. lookups.Except(uncertain).Except(@long)], loaded);

        bool IsUncertain(PendingLookup<SourceServerKey, StoredQueue?> lookup) => loaded.GetValueOrDefault(lookup.Key.Text)?.IsBeingDeleted == true;
    }

    private async Task CompleteAsync(PendingLookup<SourceServerKey, StoredQueue?>[] lookups, Dictionary<string, LoadedQueue> loaded)
    {
        var marks = new List<Task>();
        foreach (LoadedQueue queue in loaded.Values.Where(queue => !queue.IsBeingDeleted))
        {
            queue.Restore();
            if (queue.Fault?.Message != queue.QuarantineReason && (queue.Fault is not null || !queue.HasOverrides))
            {
                marks.Add(TryMarkAsync(queue));
            }
        }

        if (marks.Count > 0)
        {
            await Task.WhenAny(Task.WhenAll(marks), Task.Delay(MarkPatience));
        }

        foreach (PendingLookup<SourceServerKey, StoredQueue?> lookup in lookups)
        {
            LoadedQueue? queue = loaded.GetValueOrDefault(lookup.Key.Text);
            if (queue?.Fault is { } fault)
            {
                lookup.Fail(fault);
            }
            else
            {
                lookup.TrySetResult(queue?.Queue);
            }
        }
    }

    /// <summary>Completes the lookups of one long queue.</summary>
    private async Task LoadLongAsync(PendingLookup<SourceServerKey, StoredQueue?>[] lookups)
    {
        try
        {
            string key = lookups[0].Key.Text;
            LoadedQueue? queue;
            try
            {
                queue = await _long.ReadAsync(key);
            }
            catch (UnreadableRowException fault)
            {
                queue = (await connections.ReadAsync(connection => ReadDamagedAsync(connection, key, fault))).GetValueOrDefault(key);
            }

            if (queue?.IsBeingDeleted == true)
            {
                await LoadUndeletedAsync(lookups);
                return;
            }

            await CompleteAsync(lookups, queue is null ? [] : new() { [key] = queue });
        }
        catch (Exception fault)
        {
            // As for a batch: whatever it is, it is an answer to these.
            Array.ForEach(lookups, lookup => lookup.Fail(fault));
        }
    }

    /// <summary>Completes lookups of source servers that may be about to be deleted, once they are deleted or will not be.</summary>
    private async Task LoadUndeletedAsync(PendingLookup<SourceServerKey, StoredQueue?>[] lookups)
    {
        try
        {
            await SourceServerDeletion.WithdrawAsync(connections, [.. lookups.Select(lookup => lookup.Key.Text).Distinct()]);
            await LoadAsync(lookups);
        }
        catch (Exception fault)
        {
            // As for a batch: whatever it is, it is an answer to these.
            Array.ForEach(lookups, lookup => lookup.Fail(fault));
        }
    }

    private async Task<Dictionary<string, LoadedQueue>> ReadInTimeAsync(string[] keys)
    {
        try
        {
            Dictionary<string, LoadedQueue> loaded = await ReadAsync(keys);
            _pace.Read(keys.Length, loaded.Values.Sum(queue => queue.Bytes));
            return loaded;
        }
        catch (StoreUnavailableException)
        {
            _pace.Failed(keys.Length);
            throw;
        }
    }

    /// <summary>Reads all in one round trip; when a page of the file is damaged, in halves, so that only those are refused whose rows are there.</summary>
    private async Task<Dictionary<string, LoadedQueue>> ReadAsync(string[] keys)
    {
        try
        {
            return await connections.ReadAsync(connection => ReadAsync(connection, keys));
        }
        catch (UnreadableRowException fault)
        {
            if (keys is [string key])
            {
                return await connections.ReadAsync(connection => ReadDamagedAsync(connection, key, fault));
            }

            int half = keys.Length / 2;
            Dictionary<string, LoadedQueue> loaded = await ReadAsync(keys[..half]);
            foreach ((string later, LoadedQueue queue) in await ReadAsync(keys[half..]))
            {
                loaded.Add(later, queue);
            }

            return loaded;
        }
    }

    private static async Task<Dictionary<string, LoadedQueue>> ReadDamagedAsync(NpgsqlConnection connection, string key, UnreadableRowException damage)
    {
        await using var query = new NpgsqlCommand("select source_no, quarantine_reason from source_server where server_id = $1 and deleted_at is null", connection)
        {
            Parameters = { new() { Value = key } },
        };
        await using NpgsqlDataReader row = await query.ExecuteReaderAsync();
        return await row.ReadAsync()
            ? new() { [key] = LoadedQueue.Damaged(row.GetInt64(0), row.IsDBNull(1) ? null : row.GetString(1), damage) }
            : [];
    }

    private static async Task<Dictionary<string, LoadedQueue>> ReadAsync(NpgsqlConnection connection, string[] keys)
    {
        await using var query = new NpgsqlCommand(Select, connection) { Parameters = { new() { Value = keys } } };
        var loaded = new Dictionary<string, LoadedQueue>(StringComparer.Ordinal);
        await using NpgsqlDataReader reader = await query.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            string key = reader.GetString(0);
            if (!loaded.TryGetValue(key, out LoadedQueue? queue))
            {
                queue = LoadedQueue.Read(reader);
                loaded.Add(key, queue);
            }

            if (!reader.IsDBNull(LoadedQueue.ColumnCount))
            {
                queue.Rows.Add(CommandRows.Read(reader, LoadedQueue.ColumnCount));
            }
        }

        return loaded;
    }

    /// <summary>Lists a source server as quarantined, or as mended. What fails here is tried again by a later load.</summary>
    private async Task TryMarkAsync(LoadedQueue queue)
    {
        try
        {
            await connections.ChangeAsync(connection => MarkAsync(connection, queue));
        }
        catch (Exception fault) when (fault is StoreUnavailableException or StoreRefusedException or UnreadableRowException)
        {
            // Only the list is behind.
        }
    }

    private static async Task<int> MarkAsync(NpgsqlConnection connection, LoadedQueue queue)
    {
        await using var update = new NpgsqlCommand("update source_server set quarantine_reason = $2 where source_no = $1", connection)
        {
            Parameters =
            {
                new() { Value = queue.SourceNo },
                new() { Value = (object?)queue.Fault?.Message ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text },
            },
        };
        return await update.ExecuteNonQueryAsync();
    }
}
