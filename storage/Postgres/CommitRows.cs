using CommandBroker.Core;
using NpgsqlTypes;

namespace CommandBroker.Storage.Postgres;

/// <summary>The rows of a batch that are written the same way, column by column; what is the same in all of them is in the statement.</summary>
/// <param name="name">Its name in the statement.</param>
/// <param name="constants">Columns whose value needs no array, as <c>column = value</c>.</param>
/// <param name="columns">The others; those that find the row come first.</param>
internal sealed class CommitRows(string name, (string Column, string Value)[] constants, CommitColumn[] columns)
{
    private static readonly (string Column, string Value) AddedAt = ("added_at", "$1");

    /// <summary>Its name in the statement.</summary>
    public string Name => name;

    /// <summary>What the statement says by itself.</summary>
    public IReadOnlyList<(string Column, string Value)> Constants => constants;

    /// <summary>The columns, in the order of the statement's parameters.</summary>
    public IReadOnlyList<CommitColumn> Columns => columns;

    /// <summary>How many rows there are.</summary>
    public int Count { get; private set; }

    /// <summary>New commands that nothing has happened to yet, as every enqueue makes them.</summary>
    public static CommitRows ForFresh() => new(
        "fresh",
        [("version", "1"), ("state", "0"), ("delivery_count", "0"), ("redrive_count", "0"), AddedAt],
        [SourceNo, Seq, Token, OpenFrom, Key, Payload]);

    /// <summary>The same, but with a time to live.</summary>
    public static CommitRows ForTimed() => new(
        "timed",
        [("version", "1"), ("state", "0"), ("delivery_count", "0"), ("redrive_count", "0"), AddedAt],
        [SourceNo, Seq, Token, OpenFrom, ExpiresAt, Key, Payload]);

    /// <summary>New commands with a past.</summary>
    public static CommitRows ForWhole() => new(
        "whole",
        [AddedAt],
        [SourceNo, Seq, Token, Version, State, DeliveryCount, RedriveCount, DeliveredAt, LeasedUntil, OvertakenBy, EndedAt, Outcome, OpenFrom, ExpiresAt, Key, Payload]);

    /// <summary>Commands that a poll handed out, with nothing else to them.</summary>
    public static CommitRows ForDelivered() => new(
        "delivered",
        [("state", "1"), ("redrive_count", "0"), ("overtaken_by", "null"), ("ended_at", "null"), ("outcome", "null")],
        [SourceNo, Seq, Token, Version, DeliveryCount, DeliveredAt, LeasedUntil]);

    /// <summary>Commands that changed in any other way.</summary>
    public static CommitRows ForChanged() => new(
        "changed",
        [],
        [SourceNo, Seq, Token, Version, State, DeliveryCount, RedriveCount, DeliveredAt, LeasedUntil, OvertakenBy, EndedAt, Outcome]);

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

    private static CommitColumn Token => Int64("writer", (commit, _) => commit.Commit.Token);

    private static CommitColumn OpenFrom => Int64("open_from", (commit, _) => commit.Commit.OpenFrom);

    private static CommitColumn Version => Int32("version", command => command.Version);

    private static CommitColumn State => new CommitColumn<short>("state", "smallint", NpgsqlDbType.Smallint, (commit, at) => (short)commit[at].State);

    private static CommitColumn DeliveryCount => Int32("delivery_count", command => command.DeliveryCount);

    private static CommitColumn RedriveCount => Int32("redrive_count", command => command.RedriveCount);

    private static CommitColumn DeliveredAt => Nullable("delivered_at", command => command.DeliveredAt?.UtcTicks);

    private static CommitColumn LeasedUntil => Nullable("leased_until", command => command.LeasedUntil?.UtcTicks);

    private static CommitColumn OvertakenBy => Nullable("overtaken_by", command => command.OvertakenBy);

    private static CommitColumn ExpiresAt => Nullable("expires_at", command => (command.EnqueuedAt + command.TimeToLive)?.UtcTicks);

    private static CommitColumn EndedAt => Nullable("ended_at", command => command.Outcome?.EndedAt.UtcTicks);

    private static CommitColumn Outcome => new CommitColumn<byte[]?>("outcome", "bytea", NpgsqlDbType.Bytea, (commit, at) => commit.Outcome(at));

    private static CommitColumn Key => new CommitColumn<string?>("idempotency_key", "text", NpgsqlDbType.Text, (commit, at) => commit[at].IdempotencyKey);

    private static CommitColumn Payload => new CommitColumn<byte[]?>("payload", "bytea", NpgsqlDbType.Bytea, (commit, at) => commit.Payload(at));

    private static CommitColumn<long> Int64(string name, Func<PostgresCommit, int, long> read) => new(name, "bigint", NpgsqlDbType.Bigint, read);

    private static CommitColumn<int> Int32(string name, Func<Command, int> read) =>
        new(name, "integer", NpgsqlDbType.Integer, (commit, at) => read(commit[at]));

    private static CommitColumn<long?> Nullable(string name, Func<Command, long?> read) =>
        new(name, "bigint", NpgsqlDbType.Bigint, (commit, at) => read(commit[at]));
}
