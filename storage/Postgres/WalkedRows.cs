using CommandBroker.Storage.Verification;
using Npgsql;

namespace CommandBroker.Storage.Postgres;

/// <summary>Reads the rows of a <see cref="PostgresWalk"/>: the directory's columns, <c>open_from</c>, those of a command, its key and its end.</summary>
internal static class WalkedRows
{
    /// <summary>The directory's columns, of the alias <c>s</c>.</summary>
    public const string SourceColumns =
        "s.source_no, s.server_id, s.deleted_at is not null, s.seq_floor, s.removed_count, s.skipped_count, s.quarantine_reason";

    /// <summary>Where the command begins; null when there is none.</summary>
    public const int FirstCommandColumn = 8;

    private const int KeyColumn = FirstCommandColumn + 11;

    public static WalkedSource SourceOf(NpgsqlDataReader reader) => new()
    {
        SourceNo = reader.GetInt64(0),
        Key = reader.GetString(1),
        IsDeleted = reader.GetBoolean(2),
        SeqFloor = reader.GetInt64(3),
        RemovedCount = reader.GetInt64(4),
        SkippedCount = reader.GetInt64(5),
        QuarantineReason = reader.IsDBNull(6) ? null : reader.GetString(6),
        OpenFrom = reader.GetNumber(7) ?? 1,
    };

    public static WalkedRow RowOf(NpgsqlDataReader reader) => new()
    {
        Row = CommandRows.Read(reader, FirstCommandColumn),
        IdempotencyKey = reader.IsDBNull(KeyColumn) ? null : reader.GetString(KeyColumn),
        EndedAt = reader.GetNumber(KeyColumn + 1),
        IsKeyIndexed = true,
    };
}
