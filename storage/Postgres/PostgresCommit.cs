using CommandBroker.Core;
using CommandBroker.Storage.Batching;
using CommandBroker.Storage.Payloads;

namespace CommandBroker.Storage.Postgres;

/// <summary>A commit that waits for its batch, encoded on its caller's thread: the writer's loop is the one thing that cannot run twice.</summary>
internal sealed class PostgresCommit : BatchItem<CommitStatus>, IBatchItem
{
    private readonly byte[]?[] _payloads;
    private readonly byte[]?[] _outcomes;

    /// <exception cref="ArgumentException">A text cannot be stored: half a surrogate pair, or U+0000 in the idempotency key.</exception>
    public PostgresCommit(QueueCommit commit)
    {
        Commit = commit;
        long bytes = 0;
        _payloads = new byte[commit.Commands.Length][];
        _outcomes = new byte[commit.Commands.Length][];
        for (int at = 0; at < commit.Commands.Length; at++)
        {
            Command command = commit.Commands[at];
            if (command.IdempotencyKey is { } key && key.Contains('\0', StringComparison.Ordinal))
            {
                throw new ArgumentException("The idempotency key holds U+0000, which PostgreSQL cannot store.", nameof(commit));
            }

            _payloads[at] = command.Version == 1 ? CommandPayload.Encode(command) : null;
            _outcomes[at] = command.Outcome is { } outcome ? OutcomePayload.Encode(outcome) : null;
            bytes += (_payloads[at]?.Length ?? 0) + (_outcomes[at]?.Length ?? 0);
        }

        Size = new BatchSize(commit.Commands.Length + (commit.Stray is null ? 0 : 1), bytes + (commit.Stray?.ResultDetail.Length ?? 0));
    }

    /// <summary>What to write.</summary>
    public QueueCommit Commit { get; }

    /// <inheritdoc/>
    public BatchSize Size { get; }

    /// <summary>The changed commands.</summary>
    public int Count => _payloads.Length;

    /// <summary>One of the changed commands.</summary>
    public Command this[int at] => Commit.Commands[at];

    /// <summary>Its payload; null when it is in the table already, where it never changes.</summary>
    public byte[]? Payload(int at) => _payloads[at];

    /// <summary>Its outcome; null while it is open.</summary>
    public byte[]? Outcome(int at) => _outcomes[at];
}
