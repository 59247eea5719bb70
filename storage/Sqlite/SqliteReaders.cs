using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace CommandBroker.Storage.Sqlite;

/// <summary>A few connections for reading, off the callers' threads: a page that is not in memory blocks.</summary>
internal sealed class SqliteReaders(string path) : IDisposable
{
    private const int MaxCount = 4;

    private readonly ConcurrentBag<SqliteSession> _idle = [];
    private readonly SemaphoreSlim _free = new(MaxCount);

    /// <summary>Reads from one snapshot.</summary>
    /// <exception cref="StoreUnavailableException">The file cannot be read.</exception>
    /// <exception cref="UnreadableRowException">A page that holds what is asked for is damaged.</exception>
    public async Task<TResult> ReadAsync<TResult>(Func<SqliteSession, TResult> read)
    {
        await _free.WaitAsync();
        try
        {
            return await Task.Run(() => Read(read));
        }
        finally
        {
            _free.Release();
        }
    }

    public void Dispose()
    {
        while (_idle.TryTake(out SqliteSession? session))
        {
            session.Dispose();
        }

        _free.Dispose();
    }

    private TResult Read<TResult>(Func<SqliteSession, TResult> read)
    {
        SqliteSession? session = null;
        bool isGood = false;
        try
        {
            session = _idle.TryTake(out SqliteSession? idle) ? idle : new SqliteSession(path, forWriting: false);
            session["BEGIN"].Run();
            try
            {
                return read(session);
            }
            finally
            {
                session["COMMIT"].Run();
                isGood = true;
            }
        }
        catch (SqliteException fault)
        {
            isGood = false;
            throw SqliteFaults.IsDamage(fault) ? SqliteFaults.Unreadable(fault) : SqliteFaults.Unavailable(fault);
        }
        finally
        {
            if (isGood)
            {
                _idle.Add(session!);
            }
            else
            {
                session?.Dispose();
            }
        }
    }
}
