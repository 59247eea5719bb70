using CommandBroker.Storage.Batching;
using Microsoft.Data.Sqlite;

namespace CommandBroker.Storage.Sqlite;

/// <summary>
/// The one writer of the file, on a thread of its own: what queued while the last flush ran is one transaction. After a fault of the
/// database the connection is given up and the next batch opens another, so it recovers by itself when space is back.
/// </summary>
internal sealed class SqliteWriter : IAsyncDisposable
{
    private readonly string _path;
    private readonly DamageLog _damage;
    private readonly BatchLoop<ISqliteWrite> _loop;
    private readonly SqliteCheckpoints _checkpoints;
    private SqliteSession? _session;

    public SqliteWriter(string path, int maxQueuedCommits, StoreInstruments instruments, DamageLog damage, int checkpointPages = 8_000)
    {
        _path = path;
        _damage = damage;
        _checkpoints = new SqliteCheckpoints(path, checkpointPages);
        var options = new BatchLoopOptions { Operation = "commit", MaxQueuedCount = maxQueuedCommits, OwnThread = true };
        _loop = new BatchLoop<ISqliteWrite>(options, instruments, CommitBatch);
    }

    /// <summary>Queues a write; its answer comes after the flush.</summary>
    public Task<TResult> WriteAsync<TResult>(SqliteWrite<TResult> write)
    {
        _loop.Add(write);
        return write.Task;
    }

    /// <inheritdoc cref="WriteAsync{TResult}(SqliteWrite{TResult})"/>
    public Task<TResult> WriteAsync<TResult>(Func<SqliteSession, TResult> write) => WriteAsync(new SqliteAction<TResult>(write));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _loop.DisposeAsync();
        _checkpoints.Dispose();
        _session?.Dispose();
    }

    /// <summary>Commits all together. A write that meets a damaged page is refused; those before it and behind it are served, in their order.</summary>
    private ValueTask CommitBatch(IReadOnlyList<ISqliteWrite> batch)
    {
        int from = 0;
        int to = batch.Count;
        while (from < batch.Count)
        {
            (int at, SqliteException? damage) = Commit(batch, from, to);
            if (damage is not null && at > from)
            {
                to = at;
                continue;
            }

            if (damage is not null)
            {
                batch[at++].Fail(SqliteFaults.Unreadable(damage));
            }

            from = at;
            to = batch.Count;
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Commits some and answers them, or, when one of them meets a damaged page, none.</summary>
    /// <returns>The first that is not committed, and what it met; its fault is null at the end.</returns>
    private (int At, SqliteException? Damage) Commit(IReadOnlyList<ISqliteWrite> batch, int from, int to)
    {
        int at = from;
        bool isPrepared = false;
        try
        {
            SqliteSession session = _session ??= Open();
            session.Epochs.Look(session, _damage);
            session["BEGIN IMMEDIATE"].Run();
            session.Epochs.Prepare(session);
            isPrepared = true;
            for (; at < to; at++)
            {
                RunOne(session, batch[at]);
            }

            session["COMMIT"].Run();
        }
        catch (SqliteException fault)
        {
            _session?.Dispose();
            _session = null;
            return isPrepared && at < to && SqliteFaults.IsDamage(fault) ? (at, fault) : throw SqliteFaults.Unavailable(fault);
        }

        for (int i = from; i < to; i++)
        {
            batch[i].Complete();
        }

        _checkpoints.Note(_session.TakeWrittenPages());
        return (to, null);
    }

    private SqliteSession Open()
    {
        var session = new SqliteSession(_path, forWriting: true);
        session.Execute("PRAGMA wal_autocheckpoint = 0");
        return session;
    }

    /// <summary>A fault of one write undoes that write and fails its caller alone.</summary>
    private static void RunOne(SqliteSession session, ISqliteWrite write)
    {
        if (write.IsAnswered)
        {
            // It failed in a transaction that another one's damaged page ended.
            return;
        }

        if (write.NeedsSavepoint)
        {
            session["SAVEPOINT one"].Run();
        }

        try
        {
            write.Run(session);
        }
        catch (Exception fault) when (fault is not SqliteException sqlite || (!SqliteFaults.IsOfDatabase(sqlite) && session.InTransaction))
        {
            if (write.NeedsSavepoint)
            {
                session["ROLLBACK TO one"].Run();
            }

            write.Fail(fault);
        }

        if (write.NeedsSavepoint)
        {
            session["RELEASE one"].Run();
        }
    }
}
