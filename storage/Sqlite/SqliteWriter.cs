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
    private readonly BatchLoop<ISqliteWrite> _loop;
    private readonly SqliteCheckpoints _checkpoints;
    private SqliteSession? _session;

    public SqliteWriter(string path, int maxQueuedCommits, StoreInstruments instruments, int checkpointPages = 8_000)
    {
        _path = path;
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

    private ValueTask CommitBatch(IReadOnlyList<ISqliteWrite> batch)
    {
        try
        {
            SqliteSession session = _session ??= Open();
            session["BEGIN IMMEDIATE"].Run();
            session.Epochs.Prepare(session);
            foreach (ISqliteWrite write in batch)
            {
                RunOne(session, write);
            }

            session["COMMIT"].Run();
        }
        catch (SqliteException fault)
        {
            _session?.Dispose();
            _session = null;
            throw SqliteFaults.Unavailable(fault);
        }

        foreach (ISqliteWrite write in batch)
        {
            write.Complete();
        }

        _checkpoints.Note(_session.TakeWrittenPages());
        return ValueTask.CompletedTask;
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
