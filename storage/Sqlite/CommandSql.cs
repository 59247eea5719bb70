using CommandBroker.Core;

namespace CommandBroker.Storage.Sqlite;

/// <summary>
/// The statements over commands. Each names one part, open or ended, as the partial indexes are written: without that word for word
/// SQLite would not use them.
/// </summary>
internal static class CommandSql
{
    public const string Insert = """
        INSERT INTO command (source_no, seq, version, writer, state, delivery_count, redrive_count, delivered_at, leased_until,
            overtaken_by, ended_at, outcome, enqueued_at, idempotency_key, payload, key_hash, row_no, epoch, expires_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)
        ON CONFLICT DO NOTHING
        """;

    public const string UpdateOpen = Update + " AND ended_at IS NULL";

    public const string UpdateEnded = Update + Ended;

    public const string FindKey = "SELECT seq FROM command WHERE " + Key;

    public const string StampOpen = "SELECT version, writer FROM command WHERE source_no = ?1 AND seq = ?2 AND ended_at IS NULL";

    public const string StampEnded = "SELECT version, writer FROM command WHERE source_no = ?1 AND seq = ?2" + Ended;

    public const string ReadOpen = Read + "source_no = ?1 AND ended_at IS NULL ORDER BY seq";

    public const string ReadOneOpen = Read + "source_no = ?1 AND seq = ?2 AND ended_at IS NULL";

    public const string ReadOneEnded = Read + "source_no = ?1 AND seq = ?2" + Ended;

    public const string ReadByKey = Read + Key;

    public const string ReadOvertaken = Columns + NewestEnded + " AND overtaken_by = ?2";

    public const string ReadHandedOutOpen =
        Read + "source_no = ?1 AND writer = ?2 AND state = 1 AND overtaken_by IS NULL AND ended_at IS NULL ORDER BY seq DESC LIMIT 1";

    public const string ReadHandedOutEnded =
        Columns + NewestEnded + " AND (seq >= ?3 OR redrive_count > 0) AND writer = ?2 AND state = 8 AND overtaken_by IS NULL" + NewestFirst + " LIMIT 1";

    /// <summary>A source server's later numbers are in later epochs: read epoch after epoch, nothing is sorted and the limit ends it.</summary>
    public const string ReadHistory = Columns + NewestEnded + " AND seq < ?2" + NewestFirst + " LIMIT ?3";

    /// <summary>The numbers are sorted by themselves: a sort of whole rows would carry their parameters.</summary>
    public const string ReadReportOutcomes = "SELECT seq, outcome FROM command WHERE row_no IN (SELECT row_no FROM (SELECT row_no, seq, ended_at, state"
        + NewestEnded + NewestFirst + " LIMIT ?2) WHERE state IN (2, 3, 5) ORDER BY ended_at DESC, seq DESC LIMIT ?3) ORDER BY ended_at DESC, seq DESC";

    public const string LastEnded = "SELECT seq" + NewestEnded + NewestFirst + " LIMIT 1";

    public static readonly string CountPending = $"""
        SELECT count(*) FROM (
            SELECT 1 FROM source_server s CROSS JOIN command c
            WHERE s.project_id = ?1 AND s.deleted_at IS NULL AND c.source_no = s.source_no AND c.ended_at IS NULL AND c.state = 0
                AND (c.expires_at IS NULL OR c.expires_at > ?2 OR (c.redrive_count & {~Command.TakenBackMark}) > 0)
            LIMIT ?3)
        """;

    /// <summary>Looks at the oldest open commands of each source server only: what is overdue is mostly there.</summary>
    public static readonly string FindOverdue = $"""
        SELECT s.source_no, s.server_id, s.quarantine_reason IS NULL AND EXISTS (
            SELECT 1 FROM (
                SELECT state, redrive_count, leased_until, expires_at FROM command
                WHERE source_no = s.source_no AND ended_at IS NULL ORDER BY seq LIMIT 1000) c
            WHERE c.leased_until <= ?2 OR (c.state = 0 AND c.expires_at <= ?2 AND (c.redrive_count & {~Command.TakenBackMark}) = 0))
        FROM source_server s WHERE s.source_no > ?1 AND s.deleted_at IS NULL ORDER BY s.source_no LIMIT ?3
        """;

    public const string Next =
        "SELECT source_no, server_id, quarantine_reason IS NULL FROM source_server WHERE source_no > ?1 AND deleted_at IS NULL ORDER BY source_no LIMIT 1";

    public const string Walk = "SELECT row_no, source_no, seq, ended_at FROM command WHERE row_no > ?1 ORDER BY row_no LIMIT ?2";

    public const string NextRow = "SELECT row_no FROM command WHERE row_no > ?1 ORDER BY row_no LIMIT 1";

    public const string Remove = "DELETE FROM command WHERE row_no = ?1";

    public const string CountRemoved =
        "UPDATE source_server SET removed_count = removed_count + ?2, seq_floor = max(seq_floor, ?3) WHERE source_no = ?1";

    private const string Epochs = "epoch IN (SELECT epoch FROM epoch)";

    private const string Ended = " AND " + Epochs + " AND ended_at IS NOT NULL";

    /// <summary>The hash finds, the key decides.</summary>
    private const string Key = Epochs + " AND source_no = ?1 AND key_hash = ?3 AND idempotency_key = ?2";

    private const string Update = """
        UPDATE command SET version = ?3, writer = ?4, state = ?5, delivery_count = ?6, redrive_count = ?7, delivered_at = ?8,
            leased_until = ?9, overtaken_by = ?10, ended_at = ?11, outcome = ?12
        WHERE source_no = ?1 AND seq = ?2 AND version = ?3 - 1
        """;

    // CROSS keeps the order of the loops.
    private const string NewestEnded = " FROM epoch CROSS JOIN command USING (epoch) WHERE source_no = ?1 AND ended_at IS NOT NULL";

    private const string NewestFirst = " ORDER BY epoch.epoch DESC, seq DESC";

    private const string Columns = """
        SELECT source_no, seq, version, state, delivery_count, redrive_count, delivered_at, leased_until, overtaken_by, payload, outcome
        """;

    private const string Read = Columns + " FROM command WHERE ";
}
