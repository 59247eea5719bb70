using System.Collections.Frozen;
using System.Data;
using System.Net.Sockets;
using Npgsql;

namespace CommandBroker.Storage.Postgres;

/// <summary>The one table of what PostgreSQL, and the way to it, may answer instead of a result.</summary>
internal static class PostgresFaults
{
    // By whole SQLSTATE, else by its class, the first two characters. What is in neither is loud, unless the server ended the session with it.
    private static readonly FrozenDictionary<string, PostgresFaultKind> Table = new Dictionary<string, PostgresFaultKind>(StringComparer.Ordinal)
    {
        ["08"] = PostgresFaultKind.Lost,        // connection exceptions; also a pooler's refusals
        ["25006"] = PostgresFaultKind.Moved,    // read-only transaction: a standby, or a primary that was stood down
        ["25P02"] = PostgresFaultKind.Lost,     // in a failed transaction: somebody left it so
        ["25P03"] = PostgresFaultKind.Lost,     // idle-in-transaction timeout
        ["25P04"] = PostgresFaultKind.Lost,     // transaction timeout
        ["26000"] = PostgresFaultKind.Lost,     // prepared statement unknown: not the session we prepared it in
        ["28"] = PostgresFaultKind.Refused,     // wrong password, unknown role, pg_hba.conf: for as long as somebody changes them
        ["3D000"] = PostgresFaultKind.Loud,     // no such database
        ["3F000"] = PostgresFaultKind.Loud,     // no such schema
        ["40001"] = PostgresFaultKind.Undone,   // serialization failure
        ["40P01"] = PostgresFaultKind.Undone,   // deadlock
        ["42"] = PostgresFaultKind.Loud,        // missing privilege (42501), table (42P01), column
        ["53"] = PostgresFaultKind.Refused,     // disk full, out of memory, too many connections, a configured limit
        ["55P03"] = PostgresFaultKind.Refused,  // lock not available in time
        ["57014"] = PostgresFaultKind.Refused,  // cancelled by somebody or by statement_timeout
        ["57P01"] = PostgresFaultKind.Lost,     // ended by an administrator
        ["57P02"] = PostgresFaultKind.Lost,     // ended by a crash
        ["57P03"] = PostgresFaultKind.Lost,     // starting, stopping or recovering
        ["57P04"] = PostgresFaultKind.Lost,     // database dropped
        ["57P05"] = PostgresFaultKind.Lost,     // idle-session timeout
        ["58"] = PostgresFaultKind.Refused,     // faults of the operating system and of files
        ["XX001"] = PostgresFaultKind.Damage,   // data corrupted
        ["XX002"] = PostgresFaultKind.Damage,   // index corrupted
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>What a fault means. One that is no fault of a database or of the way to it is loud.</summary>
    public static PostgresFaultKind KindOf(Exception fault) => fault switch
    {
        PostgresException server => Find(server.SqlState)
            ?? (server.InvariantSeverity is "FATAL" or "PANIC" ? PostgresFaultKind.Lost : PostgresFaultKind.Loud),
        NpgsqlException or IOException or SocketException or TimeoutException => PostgresFaultKind.Lost,
        _ => PostgresFaultKind.Loud,
    };

    /// <summary>Whether the connection ended, or leads to a server that cannot serve any more: asking again over a new one is right.</summary>
    public static bool IsLost(Exception fault) => KindOf(fault) is PostgresFaultKind.Lost or PostgresFaultKind.Moved;

    /// <summary>As <see cref="IsLost(Exception)"/>, also when the fault only followed from a connection that had ended.</summary>
    public static bool IsLost(Exception fault, NpgsqlConnection connection) =>
        IsLost(fault) || (fault is InvalidOperationException && connection.FullState is not (ConnectionState.Open or ConnectionState.Connecting));

    /// <summary>Whether the server cannot take it now (full, out of memory or connections), and may later.</summary>
    public static bool IsRefused(Exception fault) => KindOf(fault) == PostgresFaultKind.Refused;

    /// <summary>Whether the server undid the transaction because it met another: asking again is right.</summary>
    public static bool IsUndone(Exception fault) => KindOf(fault) == PostgresFaultKind.Undone;

    /// <summary>Whether a batch met another writer, or itself: the rows must be looked at.</summary>
    public static bool IsClash(PostgresException fault) =>
        fault.SqlState is PostgresErrorCodes.DivisionByZero or PostgresErrorCodes.UniqueViolation || IsUndone(fault);

    /// <summary>Whether the server found its own file damaged: a page whose checksum does not fit, or an index that leads nowhere.</summary>
    public static bool IsDamage(Exception fault) => KindOf(fault) == PostgresFaultKind.Damage;

    /// <summary>Whether one page may be why: it is damaged, or the disk or a file that explains it cannot be read there.</summary>
    public static bool IsOfPage(PostgresException fault) =>
        IsDamage(fault) || fault.SqlState is PostgresErrorCodes.IoError or PostgresErrorCodes.UndefinedFile;

    /// <summary>A damaged file as the store's callers know it: these rows cannot be read, and no more is said of others.</summary>
    public static UnreadableRowException Unreadable(PostgresException fault) =>
        new($"PostgreSQL found its file damaged ({fault.SqlState}); its log says where.");

    /// <summary>The fault as the store's callers know it: without the provider's words, which the inner exception keeps for the log.</summary>
    public static StoreUnavailableException Unavailable(Exception fault) => fault switch
    {
        StoreUnavailableException known => known,
        PostgresException server => new StoreUnavailableException($"PostgreSQL cannot serve now (SQLSTATE {server.SqlState}).", fault),
        _ => new StoreUnavailableException("PostgreSQL does not answer.", fault),
    };

    /// <summary>The same with the provider's words, for whoever sits at the machine.</summary>
    public static StoreUnavailableException ForOperator(NpgsqlException fault) => new($"PostgreSQL does not answer: {fault.Message}", fault);

    /// <summary>A fault that trying again does not mend, as the store's callers know it.</summary>
    public static Exception Final(PostgresException fault) => IsDamage(fault) ? Unreadable(fault) : new StoreRefusedException(fault.SqlState, fault);

    private static PostgresFaultKind? Find(string code) =>
        Table.TryGetValue(code, out PostgresFaultKind kind) || (code.Length == 5 && Table.TryGetValue(code[..2], out kind)) ? kind : null;
}
