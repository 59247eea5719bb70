using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace CommandBroker.Storage.Sqlite;

/// <summary>One connection with its prepared statements. Used by one thread at a time.</summary>
internal sealed class SqliteSession : IDisposable
{
    /// <summary>The SQL function that is <see cref="NameCase.Fold"/>: SQLite's own <c>lower</c> knows the letters of ASCII only.</summary>
    public const string FoldName = "fold_name";

    private readonly sqlite3 _database;
    private readonly Dictionary<object, SqliteStatement> _statements = new(ReferenceEqualityComparer.Instance);

    /// <summary>Opens the file, which is made when it is not there.</summary>
    /// <exception cref="SqliteException">It cannot be opened.</exception>
    public SqliteSession(string path, bool forWriting)
        : this(path, raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE, forWriting)
    {
    }

    private SqliteSession(string path, int mode, bool forWriting)
    {
        Batteries_V2.Init();
        int code = raw.sqlite3_open_v2(path, out _database, mode | raw.SQLITE_OPEN_NOMUTEX, null);
        if (code != raw.SQLITE_OK)
        {
            string message = raw.sqlite3_errmsg(_database).utf8_to_string();
            _database.Dispose();
            throw new SqliteException($"{path}: {message}", code);
        }

        try
        {
            // FULL: a commit is acknowledged only after the flush. The cache holds the upper pages of the history's indexes; a checkpoint
            // of several thousand pages writes a page once that many commits have touched.
            Execute("PRAGMA busy_timeout = 5000");
            Execute(forWriting
                ? "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint = 8000; PRAGMA journal_size_limit = 67108864"
                : "PRAGMA query_only = 1; PRAGMA cache_size = -8192");
            Check(raw.sqlite3_create_function(
                _database, FoldName, 1, raw.SQLITE_UTF8 | raw.SQLITE_DETERMINISTIC, null,
                static (context, _, values) => raw.sqlite3_result_text(context, NameCase.Fold(raw.sqlite3_value_text(values[0]).utf8_to_string()))));
        }
        catch
        {
            _database.Dispose();
            throw;
        }
    }

    /// <summary>Opens a file that is there so that nothing of it can change, not even by the checkpoint that the last connection makes.</summary>
    /// <exception cref="SqliteException">It cannot be opened.</exception>
    public static SqliteSession OpenReadOnly(string path) => new(path, raw.SQLITE_OPEN_READONLY, forWriting: false);

    /// <summary>The row numbers that this connection gives to commands; only the writer's does.</summary>
    public SqliteEpochs Epochs { get; } = new();

    /// <summary>Whether a transaction is open; SQLite ends one by itself after some faults.</summary>
    public bool InTransaction => raw.sqlite3_get_autocommit(_database) == 0;

    /// <summary>How many pages this connection wrote to the log since the last time it was asked.</summary>
    public int TakeWrittenPages() => Take(raw.SQLITE_DBSTATUS_CACHE_WRITE);

    /// <summary>How many pages this connection looked into since the last time it was asked, in memory or not.</summary>
    public int TakeReadPages() => Take(raw.SQLITE_DBSTATUS_CACHE_HIT) + Take(raw.SQLITE_DBSTATUS_CACHE_MISS);

    /// <summary>The statement of a text, prepared once. Constant texts are found fastest; of others there may be few.</summary>
    public SqliteStatement this[string sql]
    {
        get
        {
            if (_statements.TryGetValue(sql, out SqliteStatement? statement))
            {
                return statement;
            }

            // A text that is put together is another object each time.
            string one = string.Intern(sql);
            if (!_statements.TryGetValue(one, out statement))
            {
                _statements[one] = statement = new SqliteStatement(_database, one);
            }

            return statement;
        }
    }

    /// <summary>Runs a script.</summary>
    public void Execute(string script) => Check(raw.sqlite3_exec(_database, script));

    public void Dispose()
    {
        foreach (SqliteStatement statement in _statements.Values)
        {
            statement.Dispose();
        }

        _database.Dispose();
    }

    private void Check(int code)
    {
        if (code != raw.SQLITE_OK)
        {
            throw new SqliteException(raw.sqlite3_errmsg(_database).utf8_to_string(), code, raw.sqlite3_extended_errcode(_database));
        }
    }

    private int Take(int counter)
    {
        raw.sqlite3_db_status(_database, counter, out int pages, out _, 1);
        return pages;
    }
}
