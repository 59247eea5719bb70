using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace CommandBroker.Storage.Sqlite;

/// <summary>Tells faults of the database or its disk from faults of one statement.</summary>
internal static class SqliteFaults
{
    /// <summary>Whether the fault concerns everybody, so that the connection and its transaction are given up.</summary>
    public static bool IsOfDatabase(SqliteException fault) => fault.SqliteErrorCode is raw.SQLITE_BUSY or raw.SQLITE_LOCKED or raw.SQLITE_NOMEM
        or raw.SQLITE_READONLY or raw.SQLITE_IOERR or raw.SQLITE_CORRUPT or raw.SQLITE_FULL or raw.SQLITE_CANTOPEN or raw.SQLITE_PROTOCOL or raw.SQLITE_NOTADB;

    /// <summary>Whether a page of the file does not hold what it must.</summary>
    public static bool IsDamage(SqliteException fault) => fault.SqliteErrorCode is raw.SQLITE_CORRUPT;

    /// <summary>A damaged page as callers know it: these rows cannot be read, and no more is said of others.</summary>
    public static UnreadableRowException Unreadable(SqliteException fault) => new($"SQLite found its file damaged (code {fault.SqliteExtendedErrorCode}).");

    /// <summary>What callers get to see of it: not the provider's words, which the inner exception keeps for the log.</summary>
    public static StoreUnavailableException Unavailable(SqliteException fault) =>
        new($"SQLite does not take or give data (code {fault.SqliteExtendedErrorCode}).", fault);

    /// <summary>The same with the provider's words, for whoever sits at the machine.</summary>
    public static StoreUnavailableException ForOperator(SqliteException fault) =>
        new($"SQLite does not take or give data: {fault.Message} (code {fault.SqliteExtendedErrorCode}).", fault);
}
