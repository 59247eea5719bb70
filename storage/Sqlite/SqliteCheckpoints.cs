using Microsoft.Data.Sqlite;

namespace CommandBroker.Storage.Sqlite;

/// <summary>
/// Moves what is in the write-ahead log into the file and lets the log begin anew, on a thread and a connection of its own: commits go on
/// meanwhile, except for the last moment.
/// </summary>
/// <remarks>
/// A log begins anew only at an instant when all of it is in the file and nobody reads from it. Where readers always overlap, no such instant
/// comes by itself, so it is made: for a moment writers and new readers wait. A reader that stays, such as a backup, is not waited for.
/// The log then grows while it reads, and is cut to its usual size afterwards.
/// </remarks>
/// <param name="path">The file.</param>
/// <param name="pageCount">After so many pages that were written to the log it is emptied; after four times as many, writers wait for that.</param>
internal sealed class SqliteCheckpoints(string path, int pageCount) : IDisposable
{
    private const int Patience = 4;

    private readonly object _lock = new();
    private Thread? _thread;
    private SqliteSession? _session;
    private long _written;
    private bool _isOver;

    /// <summary>Notes what a commit wrote.</summary>
    public void Note(int pages)
    {
        lock (_lock)
        {
            _written += pages;
            if (_written < pageCount || _isOver)
            {
                return;
            }

            if (_thread is null)
            {
                _thread = new Thread(Run) { IsBackground = true, Name = "sqlite-checkpoint" };
                _thread.Start();
            }

            Monitor.PulseAll(_lock);
            while (_written >= Patience * (long)pageCount && !_isOver)
            {
                Monitor.Wait(_lock);
            }
        }
    }

    /// <summary>Waits until a checkpoint that runs is done.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _isOver = true;
            Monitor.PulseAll(_lock);
        }

        _thread?.Join();
        _session?.Dispose();
    }

    private void Run()
    {
        while (true)
        {
            lock (_lock)
            {
                while (_written < pageCount && !_isOver)
                {
                    Monitor.Wait(_lock);
                }

                if (_isOver)
                {
                    return;
                }

                _written = 0;
                Monitor.PulseAll(_lock);
            }

            try
            {
                Empty();
            }
            catch (SqliteException)
            {
                // A disk that is full, or a file that is gone: commits meet the same and say it. The next attempt opens it again.
                _session?.Dispose();
                _session = null;
            }
        }
    }

    private void Empty()
    {
        if (_session is null)
        {
            _session = new SqliteSession(path, forWriting: true);
            _session.Execute("PRAGMA busy_timeout = 100");
        }

        // The bulk of it, while commits go on; then the little that came meanwhile, with writers shut out.
        if (Left(_session["PRAGMA wal_checkpoint(PASSIVE)"]) < pageCount)
        {
            Left(_session["PRAGMA wal_checkpoint(RESTART)"]);
        }
    }

    private static long Left(SqliteStatement checkpoint)
    {
        checkpoint.Step();
        long left = checkpoint.Int64(1) - checkpoint.Int64(2);
        checkpoint.Reset();
        return left;
    }
}
