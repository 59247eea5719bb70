using CommandBroker.Core;
using CommandBroker.Storage.Batching;
using CommandBroker.Storage.Payloads;

namespace CommandBroker.Storage.Sqlite;

/// <summary>
/// One transition on its way to the file. The payloads are encoded by the caller's thread: the writer is the bottleneck, and what
/// cannot be encoded fails its own caller only.
/// </summary>
internal sealed class SqliteCommit : SqliteWrite<CommitStatus>
{
    private readonly QueueCommit _commit;
    private readonly byte[]?[] _payloads;
    private readonly byte[]?[] _outcomes;

    /// <exception cref="ArgumentException">A text holds half a surrogate pair.</exception>
    public SqliteCommit(QueueCommit commit)
    {
        _commit = commit;
        long bytes = 0;
        _payloads = new byte[]?[commit.Commands.Length];
        _outcomes = new byte[]?[commit.Commands.Length];
        for (int i = 0; i < commit.Commands.Length; i++)
        {
            Command command = commit.Commands[i];
            _payloads[i] = command.Version == 1 ? CommandPayload.Encode(command) : null;
            _outcomes[i] = command.Outcome is { } outcome ? OutcomePayload.Encode(outcome) : null;
            bytes += (_payloads[i]?.Length ?? 0) + (_outcomes[i]?.Length ?? 0);
        }

        Size = new BatchSize(commit.Commands.Length + (commit.Stray is null ? 0 : 1), bytes + (commit.Stray?.ResultDetail.Length ?? 0));
    }

    /// <inheritdoc/>
    public override BatchSize Size { get; }

    /// <inheritdoc/>
    public override bool NeedsSavepoint => _commit.Commands.Length + (_commit.Stray is null ? 0 : 1) > 1;

    /// <inheritdoc/>
    protected override CommitStatus Write(SqliteSession session)
    {
        for (int i = 0; i < _commit.Commands.Length; i++)
        {
            Command command = _commit.Commands[i];
            bool written = command.Version == 1 ? Insert(session, command, _payloads[i], _outcomes[i]) : Update(session, command, _outcomes[i]);
            if (!written)
            {
                if (NeedsSavepoint)
                {
                    session["ROLLBACK TO one"].Run();
                }

                return WhyNot(session);
            }
        }

        if (_commit.Stray is { } stray)
        {
            SqliteStrayReports.Add(session, _commit.SourceNo, stray);
        }

        return CommitStatus.Committed;
    }

    private bool Insert(SqliteSession session, Command command, byte[]? payload, byte[]? outcome)
    {
        // Not a unique index: one over all keys would cost every enqueue a page of its own. This thread is the only writer.
        long? hash = KeyHash.Of(command.IdempotencyKey);
        if (hash is not null && FindKey(session, command.IdempotencyKey!, hash.Value))
        {
            return false;
        }

        long rowNo = session.Epochs.TakeRowNo();
        SqliteStatement insert = session[CommandSql.Insert];
        BindChanging(insert, command, outcome);
        return insert.Bind(13, command.EnqueuedAt.UtcTicks).Bind(14, command.IdempotencyKey).Bind(15, payload)
            .Bind(16, hash).Bind(17, rowNo).Bind(18, SqliteEpochs.Of(rowNo))
            .Bind(19, (command.EnqueuedAt + command.TimeToLive)?.UtcTicks).Run() == 1;
    }

    private bool Update(SqliteSession session, Command command, byte[]? outcome)
    {
        SqliteStatement update = session[CommandSql.UpdateOpen];
        BindChanging(update, command, outcome);
        if (update.Run() == 1)
        {
            return true;
        }

        // A redrive or a late report: the command is in the history.
        update = session[CommandSql.UpdateEnded];
        BindChanging(update, command, outcome);
        return update.Run() == 1;
    }

    private void BindChanging(SqliteStatement statement, Command command, byte[]? outcome) => statement
        .Bind(1, _commit.SourceNo)
        .Bind(2, command.Seq)
        .Bind(3, command.Version)
        .Bind(4, _commit.Token)
        .Bind(5, (long)command.State)
        .Bind(6, command.DeliveryCount)
        .Bind(7, command.RedriveCount)
        .Bind(8, command.DeliveredAt?.UtcTicks)
        .Bind(9, command.LeasedUntil?.UtcTicks)
        .Bind(10, command.OvertakenBy)
        .Bind(11, command.Outcome?.EndedAt.UtcTicks)
        .Bind(12, outcome);

    private CommitStatus WhyNot(SqliteSession session)
    {
        bool fits = true;
        bool isRepeat = true;
        bool isKeyTaken = false;
        foreach (Command command in _commit.Commands)
        {
            RowStamp? stored = SqliteRows.StampOf(session, _commit.SourceNo, command.Seq);
            isRepeat &= stored == new RowStamp(command.Version, _commit.Token);
            fits &= command.Version == 1 ? stored is null : stored?.Version == command.Version - 1;
            isKeyTaken |= command is { Version: 1, IdempotencyKey: not null }
                && FindKey(session, command.IdempotencyKey, KeyHash.Of(command.IdempotencyKey)!.Value);
        }

        return isRepeat ? CommitStatus.Committed : fits && isKeyTaken ? CommitStatus.DuplicateKey : CommitStatus.Conflict;
    }

    private bool FindKey(SqliteSession session, string key, long hash) =>
        session[CommandSql.FindKey].Bind(1, _commit.SourceNo).Bind(2, key).Bind(3, hash).Scalar() is not null;
}
