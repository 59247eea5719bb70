using CommandBroker.Core;
using CommandBroker.Storage.Payloads;

namespace CommandBroker.Storage.Sqlite;

/// <summary>Reads rows into commands.</summary>
internal static class SqliteRows
{
    /// <summary>Reads every row of a statement; a row that cannot be read ends it cleanly.</summary>
    /// <exception cref="UnreadableRowException">A row cannot be read.</exception>
    public static List<Command> ReadAll(SqliteStatement statement)
    {
        var commands = new List<Command>();
        try
        {
            while (statement.Step())
            {
                commands.Add(RowOf(statement).ToCommand());
            }
        }
        finally
        {
            statement.Reset();
        }

        return commands;
    }

    /// <summary>The tags in rows of a number and an outcome; none of an outcome that cannot be read.</summary>
    public static List<ulong> ReadTags(SqliteStatement statement, long sourceNo)
    {
        var tags = new List<ulong>();
        try
        {
            while (statement.Step())
            {
                if (OutcomePayload.TagOf(statement.Blob(1), sourceNo, statement.Int64(0)) is { } tag)
                {
                    tags.Add(tag);
                }
            }
        }
        finally
        {
            statement.Reset();
        }

        return tags;
    }

    /// <summary>The row that a statement stands on, whose first columns are those of a command.</summary>
    public static CommandRow RowOf(SqliteStatement row) => new()
    {
        SourceNo = row.Int64(0),
        Seq = row.Int64(1),
        Version = (int)row.Int64(2),
        State = (int)row.Int64(3),
        DeliveryCount = (int)row.Int64(4),
        RedriveCount = (int)row.Int64(5),
        DeliveredAt = row.NullableInt64(6),
        LeasedUntil = row.NullableInt64(7),
        OvertakenBy = row.NullableInt64(8),
        Payload = row.Blob(9),
        Outcome = row.Blob(10),
    };

    /// <summary>Which commit wrote a command last; null when there is no such command.</summary>
    public static RowStamp? StampOf(SqliteSession session, long sourceNo, long seq)
    {
        foreach (string sql in (ReadOnlySpan<string>)[CommandSql.StampOpen, CommandSql.StampEnded])
        {
            SqliteStatement stamp = session[sql].Bind(1, sourceNo).Bind(2, seq);
            if (stamp.Step())
            {
                var found = new RowStamp((int)stamp.Int64(0), stamp.Int64(1));
                stamp.Reset();
                return found;
            }
        }

        return null;
    }

    /// <summary>The instant of stored ticks.</summary>
    public static DateTimeOffset? Instant(long? ticks) => ticks is { } value ? new DateTimeOffset(value, TimeSpan.Zero) : null;
}
