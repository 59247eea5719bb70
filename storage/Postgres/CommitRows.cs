using CommandBroker.Core;
using NpgsqlTypes;

namespace CommandBroker.Storage.Postgres;

/// <summary>The rows of a batch that are written the same way, column by column.</summary>
internal sealed class CommitRows(CommitColumn[] columns)
{
    /// <summary>The columns, in the order of the statement's parameters.</summary>
    public IReadOnlyList<CommitColumn> Columns => columns;

    /// <summary>How many rows there are.</summary>
    public int Count { get; private set; }

    /// <summary>New commands that nothing has happened to yet, as every enqueue makes them: few columns, the others are constants.</summary>
    public static CommitRows ForFresh() => new([SourceNo, Seq, Writer, Key, Payload]);

    /// <summary>New commands with a past.</summary>
    public static CommitRows ForWhole() => new([.. Changing, Key, Payload]);

    /// <summary>Changed commands.</summary>
    public static CommitRows ForChanged() => new(Changing);

    /// <summary>Adds one command.</summary>
    public void Add(PostgresCommit commit, int at)
    {
        foreach (CommitColumn column in columns)
        {
            column.Add(commit, at);
        }

        Count++;
    }

    /// <summary>Forgets the rows.</summary>
    public void Clear()
    {
        if (Count > 0)
        {
            Array.ForEach(columns, column => column.Clear());
            Count = 0;
        }
    }

    private static CommitColumn SourceNo => Int64("source_no", (commit, _) => commit.Commit.SourceNo);

    private static CommitColumn Seq => Int64("seq", (commit, at) => commit[at].Seq);

    private static CommitColumn Writer => Int64("writer", (commit, _) => commit.Commit.Writer);

    private static CommitColumn Key => new CommitColumn<string?>("idempotency_key", "text", NpgsqlDbType.Text, (commit, at) => commit[at].IdempotencyKey);

    private static CommitColumn Payload => new CommitColumn<byte[]?>("payload", "bytea", NpgsqlDbType.Bytea, (commit, at) => commit.Payload(at));

    private static CommitColumn[] Changing =>
    [
        SourceNo,
        Seq,
        Writer,
        new CommitColumn<int>("version", "integer", NpgsqlDbType.Integer, (commit, at) => commit[at].Version),
        new CommitColumn<short>("state", "smallint", NpgsqlDbType.Smallint, (commit, at) => (short)commit[at].State),
        new CommitColumn<int>("delivery_count", "integer", NpgsqlDbType.Integer, (commit, at) => commit[at].DeliveryCount),
        new CommitColumn<int>("redrive_count", "integer", NpgsqlDbType.Integer, (commit, at) => commit[at].RedriveCount),
        Nullable("delivered_at", command => command.DeliveredAt?.UtcTicks),
        Nullable("leased_until", command => command.LeasedUntil?.UtcTicks),
        Nullable("overtaken_by", command => command.OvertakenBy),
        Nullable("ended_at", command => command.Outcome?.EndedAt.UtcTicks),
        new CommitColumn<byte[]?>("outcome", "bytea", NpgsqlDbType.Bytea, (commit, at) => commit.Outcome(at)),
    ];

    private static CommitColumn<long> Int64(string name, Func<PostgresCommit, int, long> read) => new(name, "bigint", NpgsqlDbType.Bigint, read);

    private static CommitColumn<long?> Nullable(string name, Func<Command, long?> read) =>
        new(name, "bigint", NpgsqlDbType.Bigint, (commit, at) => read(commit[at]));
}
