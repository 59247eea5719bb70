using CommandBroker.Core;
using CommandBroker.Storage.Batching;
using Microsoft.Data.Sqlite;

namespace CommandBroker.Storage.Sqlite;

/// <summary>Reads queues; those that are asked for at the same time share a snapshot, as many as are short together.</summary>
internal sealed class SqliteLoader : IAsyncDisposable
{
    private readonly SqliteReaders _readers;
    private readonly SqliteWriter _writer;
    private readonly BatchedLookup<SourceServerKey, LoadedQueue> _lookup;
    private readonly ReadPace _pace = new();

    public SqliteLoader(SqliteReaders readers, SqliteWriter writer, int maxQueued, StoreInstruments instruments)
    {
        _readers = readers;
        _writer = writer;
        _lookup = new BatchedLookup<SourceServerKey, LoadedQueue>(new BatchLoopOptions { Operation = "load", MaxQueuedCount = maxQueued }, instruments, ReadBatchAsync);
    }

    /// <inheritdoc cref="ICommandStore.LoadAsync"/>
    public async Task<StoredQueue?> LoadAsync(SourceServerKey key)
    {
        LoadedQueue loaded = await _lookup.FindAsync(key);
        if (loaded.Fault?.Message != loaded.QuarantineReason && loaded.Queue is not { HasOverrides: true })
        {
            await TryMarkAsync(loaded);
        }

        return loaded.Fault is null ? loaded.Queue : throw loaded.Fault;
    }

    /// <summary>Lists a source server as quarantined, or as mended. A disk that takes no write now must not hide what was read; a later load tries again.</summary>
    private async Task TryMarkAsync(LoadedQueue loaded)
    {
        try
        {
            await _writer.WriteAsync(session => session["UPDATE source_server SET quarantine_reason = ?2 WHERE source_no = ?1"]
                .Bind(1, loaded.SourceNo).Bind(2, loaded.Fault?.Message).Run());
        }
        catch (Exception fault) when (fault is StoreUnavailableException or UnreadableRowException)
        {
            // Only the list is behind.
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _lookup.DisposeAsync();

    private async ValueTask ReadBatchAsync(IReadOnlyList<PendingLookup<SourceServerKey, LoadedQueue>> batch)
    {
        for (int done = 0; done < batch.Count;)
        {
            // Answered after the snapshot is closed: who waits may write at once.
            PendingLookup<SourceServerKey, LoadedQueue>[] some = [.. batch.Skip(done).Take(_pace.Count)];
            LoadedQueue[] loaded = await _readers.ReadAsync(session => Array.ConvertAll(some, lookup => Read(session, lookup.Key)));
            _pace.Read(some.Length, loaded.Sum(queue => queue.Length));
            for (int i = 0; i < loaded.Length; i++)
            {
                some[i].TrySetResult(loaded[i]);
            }

            done += some.Length;
        }
    }

    private static LoadedQueue Read(SqliteSession session, SourceServerKey key)
    {
        SqliteStatement source = session["""
            SELECT source_no, seq_floor, removed_count, has_overrides, quarantine_reason, skipped_count
            FROM source_server WHERE server_id = ?1 AND deleted_at IS NULL
            """].Bind(1, key.Text);
        if (!source.Step())
        {
            return default;
        }

        var loaded = new LoadedQueue { SourceNo = source.Int64(0), QuarantineReason = source.NullableText(4) };
        (long lastSeq, long removedCount, bool hasOverrides, long skippedCount) = (source.Int64(1), source.Int64(2), source.Int64(3) != 0, source.Int64(5));
        source.Reset();
        try
        {
            List<Command> open = SqliteRows.ReadAll(session[CommandSql.ReadOpen].Bind(1, loaded.SourceNo));
            lastSeq = Math.Max(lastSeq, session[CommandSql.LastEnded].Bind(1, loaded.SourceNo).Scalar() ?? 0);
            lastSeq = open is [.., Command last] ? Math.Max(lastSeq, last.Seq) : lastSeq;
            QueueState state = QueueState.Restore(open, lastSeq, removedCount, skippedCount);
            return loaded with { Queue = new StoredQueue(loaded.SourceNo, state, hasOverrides) { QuarantineReason = loaded.QuarantineReason } };
        }
        catch (UnreadableRowException fault)
        {
            return loaded with { Fault = fault };
        }
        catch (SqliteException fault) when (SqliteFaults.IsDamage(fault))
        {
            return loaded with { Fault = SqliteFaults.Unreadable(fault) };
        }
        catch (ArgumentException fault)
        {
            // An open row in a state that is none: the core refuses it.
            return loaded with { Fault = new UnreadableRowException($"The queue of source server number {loaded.SourceNo} cannot be read: {fault.Message}") };
        }
    }

    private readonly record struct LoadedQueue
    {
        public long SourceNo { get; init; }

        public StoredQueue? Queue { get; init; }

        public string? QuarantineReason { get; init; }

        public UnreadableRowException? Fault { get; init; }

        /// <summary>The length of the commands' parameters.</summary>
        public long Length => Queue?.State.Open.Sum(command => (long)command.Param.Length) ?? 0;
    }
}
