using CommandBroker.Core;
using CommandBroker.Storage.Batching;
using Npgsql;

namespace CommandBroker.Storage.Postgres;

/// <summary>
/// Reads queues, as many in one round trip as are short together. One statement is one snapshot, so a queue is never read half before and half after a commit.
/// </summary>
internal sealed class QueueLoader(PostgresConnections connections)
{
    private const string Select = $"""
        select s.server_id, s.source_no, s.has_overrides, s.removed_count, greatest(s.seq_floor, newest.seq), s.quarantine_reason, s.skipped_count,
            s.deletion is not null, (select {PostgresSession.Lineage}), {CommandRows.Columns}
        from {SourceServerRows.FromKeys}
        {OpenCommands.JoinNewest}
        left join lateral ({OpenCommands.Select}) c on true
        """;

    private const int FirstCommandColumn = 9;

    // Who sees the fault should find the source server listed, but a server that takes no writes must not hold up the loads.
    private static readonly TimeSpan MarkPatience = TimeSpan.FromMilliseconds(500);

    private readonly ReadPace _pace = new();

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
        if (uncertain.Length > 0)
        {
            // The others are not kept waiting.
            _ = LoadUndeletedAsync(uncertain);
        }

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

        foreach (PendingLookup<SourceServerKey, StoredQueue?> lookup in lookups.Where(lookup => !IsUncertain(lookup)))
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

        bool IsUncertain(PendingLookup<SourceServerKey, StoredQueue?> lookup) => loaded.GetValueOrDefault(lookup.Key.Text)?.IsBeingDeleted == true;
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
                queue = new LoadedQueue
                {
                    SourceNo = reader.GetInt64(1),
                    HasOverrides = reader.GetBoolean(2),
                    RemovedCount = reader.GetInt64(3),
                    LastSeq = reader.GetInt64(4),
                    QuarantineReason = reader.IsDBNull(5) ? null : reader.GetString(5),
                    SkippedCount = reader.GetInt64(6),
                    IsBeingDeleted = reader.GetBoolean(7),
                    Lineage = reader.GetString(8),
                };
                loaded.Add(key, queue);
            }

            if (!reader.IsDBNull(FirstCommandColumn))
            {
                queue.Rows.Add(CommandRows.Read(reader, FirstCommandColumn));
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
