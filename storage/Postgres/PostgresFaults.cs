using System.Net.Sockets;
using Npgsql;

namespace CommandBroker.Storage.Postgres;

/// <summary>Tells the faults of a connection and a server from the faults of what was asked.</summary>
internal static class PostgresFaults
{
    /// <summary>Whether the connection ended, so that the answer is unknown and asking again over a new one is right.</summary>
    public static bool IsLost(Exception fault) => fault switch
    {
        PostgresException server => server.SqlState is PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown
            or PostgresErrorCodes.CannotConnectNow || server.SqlState.StartsWith("08", StringComparison.Ordinal),
        NpgsqlException or IOException or SocketException or TimeoutException => true,
        _ => false,
    };

    /// <summary>Whether the server cannot take a write now (full, out of memory or connections, read-only), and may later.</summary>
    public static bool IsRefused(Exception fault) => fault is PostgresException { SqlState: var code }
        && (code.StartsWith("53", StringComparison.Ordinal) || code is PostgresErrorCodes.ReadOnlySqlTransaction
            or PostgresErrorCodes.QueryCanceled or PostgresErrorCodes.DatabaseDropped or PostgresErrorCodes.IoError);

    /// <summary>Whether the server undid the transaction because it met another: asking again is right.</summary>
    public static bool IsUndone(Exception fault) => fault is PostgresException
    {
        SqlState: PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure,
    };

    /// <summary>Whether a batch met another writer, or itself: the rows must be looked at.</summary>
    public static bool IsClash(PostgresException fault) => fault.SqlState is PostgresErrorCodes.DivisionByZero
        or PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure;

    /// <summary>Whether the server found its own file damaged: a page whose checksum does not fit, or an index that leads nowhere.</summary>
    public static bool IsDamage(Exception fault) => fault is PostgresException
    {
        SqlState: PostgresErrorCodes.DataCorrupted or PostgresErrorCodes.IndexCorrupted,
    };

    /// <summary>A damaged file as the store's callers know it: these rows cannot be read, and no more is said of others.</summary>
    public static UnreadableRowException Unreadable(Exception fault) => new($"PostgreSQL found its file damaged: {fault.Message}");

    /// <summary>The fault as the store's callers know it.</summary>
    public static StoreUnavailableException Unavailable(Exception fault) =>
        new($"PostgreSQL does not answer: {fault.Message}", fault);
}
