using System.Runtime.CompilerServices;
using CommandBroker.Storage.Payloads;
using Npgsql;

namespace CommandBroker.Storage.Postgres;

/// <summary>Reads rows of the command table.</summary>
internal static class CommandRows
{
    /// <summary>The columns of a <see cref="CommandRow"/>, in the order that <see cref="Read"/> takes them, of the table's alias <c>c</c>.</summary>
    public const string Columns = "c.source_no, c.seq, c.version, c.state, c.delivery_count, c.redrive_count, c.delivered_at, c.leased_until, "
        + "c.overtaken_by, c.payload, c.outcome";

    /// <summary>Reads the row that starts at a column.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static CommandRow Read(NpgsqlDataReader reader, int first = 0) => new()
    {
        SourceNo = reader.GetInt64(first),
        Seq = reader.GetInt64(first + 1),
        Version = reader.GetInt32(first + 2),
        State = reader.GetInt16(first + 3),
        DeliveryCount = reader.GetInt32(first + 4),
        RedriveCount = reader.GetInt32(first + 5),
        DeliveredAt = reader.GetNumber(first + 6),
        LeasedUntil = reader.GetNumber(first + 7),
        OvertakenBy = reader.GetNumber(first + 8),
        Payload = reader.IsDBNull(first + 9) ? null : reader.GetFieldValue<byte[]>(first + 9),
        Outcome = reader.IsDBNull(first + 10) ? null : reader.GetFieldValue<byte[]>(first + 10),
    };

    /// <summary>A number; null is NULL.</summary>
    public static long? GetNumber(this NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetInt64(column);

    /// <summary>An instant stored as UTC ticks; null is NULL.</summary>
    public static DateTimeOffset? GetInstant(this NpgsqlDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : new DateTimeOffset(reader.GetInt64(column), TimeSpan.Zero);
}
