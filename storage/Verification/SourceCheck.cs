using CommandBroker.Core;
using CommandBroker.Storage.Payloads;

namespace CommandBroker.Storage.Verification;

/// <summary>
/// Holds the rows of one source server against the invariants. Keeps the numbers and the hashes of the keys it has seen, and nothing else:
/// memory is bounded by the history of one source server.
/// </summary>
/// <param name="source">The source server.</param>
/// <param name="maxDeliveryCount">The most deliveries that are allowed; null when the limit is not known.</param>
internal sealed class SourceCheck(WalkedSource source, int? maxDeliveryCount)
{
    /// <summary>Findings kept of one source server; more of them say nothing new.</summary>
    private const int MaxKeptCount = 20;

    private readonly HashSet<long> _numbers = [];
    private readonly HashSet<UInt128> _keys = [];
    private readonly List<StoreFinding> _findings = [];
    private long _lastSeq = source.SeqFloor;
    private bool _isUnreadable;

    /// <summary>Rows so far.</summary>
    public long RowCount { get; private set; }

    /// <summary>Open ones among them.</summary>
    public long OpenCount { get; private set; }

    /// <summary>Findings so far, those beyond the kept ones too.</summary>
    public long FindingCount { get; private set; }

    /// <summary>Takes the next row.</summary>
    public void Add(WalkedRow walked)
    {
        CommandRow row = walked.Row;
        RowCount++;
        _lastSeq = Math.Max(_lastSeq, row.Seq);
        if (row.SourceNo != source.SourceNo)
        {
            Find(StoreInvariant.NothingIsLost, row.Seq, $"its row says that it belongs to source server number {row.SourceNo}");
        }

        if (!_numbers.Add(row.Seq))
        {
            Find(StoreInvariant.NumbersAreUnique, row.Seq, "two rows have this number");
        }

        CheckKey(walked);
        if (Decode(row) is { } command)
        {
            CheckCommand(command, walked);
        }
    }

    /// <summary>Draws the sum.</summary>
    /// <returns>What was found.</returns>
    public IReadOnlyList<StoreFinding> Finish()
    {
        if (source.Damage is { } damage)
        {
            _isUnreadable = true;
            Find(StoreInvariant.EverythingIsReadable, null, $"its commands cannot be read: {damage}{NotMarked}");
            return _findings;
        }

        long missing = _lastSeq - source.RemovedCount - source.SkippedCount - RowCount;
        if (missing != 0)
        {
            string sum = $"{_lastSeq} numbers were given out, {RowCount} commands are kept, {source.RemovedCount} were removed and {source.SkippedCount} passed over";
            Find(
                missing > 0 ? StoreInvariant.NothingIsLost : StoreInvariant.NumbersAreUnique,
                null,
                missing > 0 ? $"{missing} commands are missing: {sum}" : $"{-missing} commands are too many: {sum}");
        }

        if (source.IsDeleted && OpenCount > 0)
        {
            Find(StoreInvariant.EverythingIsDelivered, null, $"it is deleted and {OpenCount} commands are open");
        }

        if (source.QuarantineReason is not null && !_isUnreadable)
        {
            Find(StoreInvariant.EverythingIsReadable, null, "it is marked as quarantined, though everything can be read; its next poll takes the mark away");
        }

        return _findings;
    }

    private string NotMarked => source.QuarantineReason is null ? "; it is not marked as quarantined, as nobody has polled it since" : "";

    private Command? Decode(CommandRow row)
    {
        try
        {
            return row.Decode();
        }
        catch (UnreadableRowException fault)
        {
            _isUnreadable = true;
            Find(StoreInvariant.EverythingIsReadable, row.Seq, $"{fault.Message.TrimEnd('.')}{NotMarked}");
            return null;
        }
    }

    private void CheckKey(WalkedRow walked)
    {
        if (walked.IdempotencyKey is not { } key)
        {
            return;
        }

        if (!_keys.Add(KeyFingerprint.Of(key)))
        {
            Find(StoreInvariant.KeysAreUnique, walked.Row.Seq, "an earlier row has the same idempotency key");
        }

        if (!walked.IsKeyIndexed)
        {
            Find(StoreInvariant.KeysAreUnique, walked.Row.Seq, "a search by its idempotency key does not find it");
        }
    }

    private void CheckCommand(Command command, WalkedRow walked)
    {
        OpenCount += command.IsOpen ? 1 : 0;
        if (CommandConsistency.FaultOf(command) is { } fault)
        {
            _isUnreadable = true;
            Find(InvariantOf(fault.Kind), command.Seq, fault.Found);
        }

        if (command.IdempotencyKey != walked.IdempotencyKey)
        {
            Find(StoreInvariant.KeysAreUnique, command.Seq, "its idempotency key is another one than that of the column beside it");
        }

        if (command.Outcome?.EndedAt.UtcTicks != walked.EndedAt)
        {
            Find(
                command.IsOpen ? StoreInvariant.EverythingIsDelivered : StoreInvariant.NothingIsLost,
                command.Seq,
                $"it is {StateWords.Of(command.State)}, and the column beside it has another end than its outcome");
        }

        if (command is { IsOpen: true, RedriveCount: 0 } && command.Seq < source.OpenFrom)
        {
            Find(StoreInvariant.EverythingIsDelivered, command.Seq, $"it is open, and open commands are looked for from {source.OpenFrom} on");
        }

        if (command.DeliveryCount > maxDeliveryCount)
        {
            Find(StoreInvariant.LeasesHold, command.Seq, $"it was delivered {command.DeliveryCount} times; {maxDeliveryCount} are allowed");
        }

        if (command.Outcome is { EndedBy: "" } or { Reason: "" })
        {
            Find(StoreInvariant.NothingIsLost, command.Seq, $"it is {StateWords.Of(command.State)} and does not say who ended it and why");
        }
    }

    private static StoreInvariant InvariantOf(CommandFaultKind kind) => kind switch
    {
        CommandFaultKind.Lease => StoreInvariant.LeasesHold,
        CommandFaultKind.Outcome => StoreInvariant.ResultsAreFinal,
        _ => StoreInvariant.NumbersAreUnique,
    };

    private void Find(StoreInvariant invariant, long? seq, string found)
    {
        FindingCount++;
        if (_findings.Count < MaxKeptCount)
        {
            _findings.Add(new StoreFinding(invariant, source.Key, seq, found));
        }
    }
}
