using CommandBroker.Core;
using CommandBroker.Storage.Payloads;
using Npgsql;

namespace CommandBroker.Storage.Postgres;

/// <summary>The rows of one queue, and what became of them.</summary>
internal sealed class LoadedQueue
{
    private readonly List<Task<Command[]>> _parts = [];
    private Command[] _commands = [];

    /// <summary>How many columns <see cref="Columns"/> are.</summary>
    public const int ColumnCount = 9;

    /// <summary>What <see cref="Read"/> takes, of <c>s</c> and <c>newest</c> (<see cref="OpenCommands.JoinNewest"/>).</summary>
    public const string Columns = $"""
        s.server_id, s.source_no, s.has_overrides, s.removed_count, greatest(s.seq_floor, newest.seq), s.quarantine_reason, s.skipped_count,
        s.deletion is not null, (select {PostgresSession.Lineage})
        """;

    public required long SourceNo { get; init; }

    public required bool HasOverrides { get; init; }

    public required long RemovedCount { get; init; }

    public required long SkippedCount { get; init; }

    public required long LastSeq { get; init; }

    /// <summary>The mark that the directory holds now; null when none.</summary>
    public required string? QuarantineReason { get; init; }

    /// <summary>Whether a deletion is under way, or was, and nobody knows what became of it.</summary>
    public bool IsBeingDeleted { get; init; }

    /// <inheritdoc cref="StoredQueue.Lineage"/>
    public string? Lineage { get; init; }

    /// <summary>The open commands.</summary>
    public List<CommandRow> Rows { get; } = [];

    /// <summary>Whether there are more open commands than are read together with other queues; <see cref="Rows"/> are then some of them.</summary>
    public bool IsLong => Rows.Count > LongQueueReader.PartCount;

    /// <summary>The size of their long values.</summary>
    public long Bytes => Rows.Sum(row => row.Payload?.LongLength ?? 0);

    /// <summary>The queue; null until restored, and when it cannot be read.</summary>
    public StoredQueue? Queue { get; private set; }

    /// <summary>Why it cannot be read; null when it can.</summary>
    public UnreadableRowException? Fault { get; private set; }

    /// <summary>Reads a queue without its commands from the first columns of a row.</summary>
    public static LoadedQueue Read(NpgsqlDataReader reader) => new()
    {
        SourceNo = reader.GetInt64(1),
        HasOverrides = reader.GetBoolean(2),
        RemovedCount = reader.GetInt64(3),
        LastSeq = reader.GetInt64(4),
        QuarantineReason = reader.IsDBNull(5) ? null : reader.GetString(5),
        SkippedCount = reader.GetInt64(6),
        IsBeingDeleted = reader.GetBoolean(7),
        Lineage = reader.GetString(8),
    };

    /// <summary>A queue whose rows the server itself cannot read.</summary>
    public static LoadedQueue Damaged(long sourceNo, string? quarantineReason, UnreadableRowException damage) => new()
    {
        SourceNo = sourceNo,
        HasOverrides = false,
        RemovedCount = 0,
        SkippedCount = 0,
        LastSeq = 0,
        QuarantineReason = quarantineReason,
        Fault = damage,
    };

    /// <summary>Begins to make commands of some rows, beside whatever is read meanwhile; <see cref="TakePartsAsync"/> takes them.</summary>
    public void AddPart(List<CommandRow> rows) => _parts.Add(Task.Run(() => rows.Select(ToCommand).ToArray()));

    /// <summary>Takes what became of all parts.</summary>
    /// <exception cref="UnreadableRowException">A row is no command.</exception>
    public async Task TakePartsAsync()
    {
        Command[][] parts = await Task.WhenAll(_parts);
        _parts.Clear();
        _commands = [.. parts.SelectMany(part => part)];
    }

    // An index leads to a row by a copy of its key: a bit that flipped in the row itself shows here and nowhere else.
    private Command ToCommand(CommandRow row) => row.SourceNo == SourceNo
        ? row.ToCommand()
        : throw new UnreadableRowException($"The queue of source server number {SourceNo} cannot be read: its index leads to a row of number {row.SourceNo}.");

    /// <summary>Makes the queue of the rows.</summary>
    public void Restore()
    {
        if (Fault is not null)
        {
            return;
        }

        try
        {
            QueueState state = QueueState.Restore(_commands.Concat(Rows.Select(ToCommand)), LastSeq, RemovedCount, SkippedCount);
            Queue = new StoredQueue(SourceNo, state, HasOverrides) { QuarantineReason = QuarantineReason, Lineage = Lineage };
        }
        catch (UnreadableRowException fault)
        {
            Fault = fault;
        }
        catch (ArgumentException fault)
        {
            // An open row in a state that is none: the core refuses it.
            Fault = new UnreadableRowException($"The queue of source server number {SourceNo} cannot be read: {fault.Message}");
        }
    }
}
