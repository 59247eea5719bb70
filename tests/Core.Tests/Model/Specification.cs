namespace CommandBroker.Core.Tests.Model;

/// <summary>What the queue must do, told a second time over a <see cref="Chronicle"/> and sharing no rule with core.</summary>
internal sealed class Specification
{
    public Chronicle Told { get; } = new();

    /// <summary>Reports that ended nothing, or no longer do, and are kept.</summary>
    public int StrayCount { get; set; }

    public (EnqueueStatus Status, long Seq) Enqueue(EnqueueRequest request, QueuePolicy policy, DateTimeOffset now)
    {
        if (request.Param.Length > policy.MaxParamBytes || Math.Abs(request.Priority) > 100)
        {
            return (EnqueueStatus.Invalid, 0);
        }

        SettleAll(policy, now);
        long prior = Told.All.FirstOrDefault(seq => request.IdempotencyKey is not null && Told.RequestOf(seq).IdempotencyKey == request.IdempotencyKey);
        if (prior > 0)
        {
            return IsSame(Told.RequestOf(prior), request, policy) ? (EnqueueStatus.WasThere, prior) : (EnqueueStatus.KeyConflict, 0);
        }

        long[] replaced = [.. Told.Open.Where(seq => IsReplaced(seq, request, policy))];
        if (Pending().Count() - replaced.Length >= policy.MaxPendingCount)
        {
            return (EnqueueStatus.QueueFull, 0);
        }

        if (Told.LastSeq - Told.Open.Count() >= policy.MaxHistoryCount)
        {
            return (EnqueueStatus.HistoryFull, 0);
        }

        foreach (long seq in replaced)
        {
            Told.Add(What.Superseded, seq, now);
        }

        Told.Add(request, request.TimeToLive ?? policy.DefaultTimeToLive, now);
        return (EnqueueStatus.Enqueued, Told.LastSeq);
    }

    public (long Seq, bool IsRepeat, bool LimitReached) Poll(QueuePolicy policy, DateTimeOffset now)
    {
        SettleAll(policy, now);
        long[] leased = [.. InOrder().Where(seq => Told.StateOf(seq) == CommandState.Leased)];
        if (policy.DeliveryMode == DeliveryMode.Sequential && leased.Length > 0)
        {
            Told.Add(What.ShownAgain, leased[0], now);
            return (leased[0], true, false);
        }

        long next = InOrder().FirstOrDefault(seq =>
            Told.StateOf(seq) == CommandState.Pending && (Told.RequestOf(seq).NotBeforeAt is not { } instant || instant <= now));
        if (next == 0 || (policy.DeliveryMode != DeliveryMode.AtMostOnce && leased.Length >= policy.MaxOutstandingCount))
        {
            return (0, false, next != 0);
        }

        Told.Add(policy.DeliveryMode == DeliveryMode.AtMostOnce ? What.HandedOutForGood : What.HandedOut, next, now, policy.VisibilityTimeout);
        SettleAll(policy, now);
        return (next, false, false);
    }

    public void Settle(QueuePolicy policy, DateTimeOffset now) => SettleAll(policy, now);

    public ChangeStatus Cancel(long seq, QueuePolicy policy, DateTimeOffset now)
    {
        SettleAll(policy, now);
        if (Told.Open.Contains(seq))
        {
            Told.Add(What.Cancelled, seq, now);
            return ChangeStatus.Changed;
        }

        return !Told.All.Contains(seq) ? ChangeStatus.Unknown
            : Told.StateOf(seq) == CommandState.Cancelled ? ChangeStatus.WasSo
            : ChangeStatus.WrongState;
    }

    public ChangeStatus Redrive(long seq, QueuePolicy policy, DateTimeOffset now)
    {
        SettleAll(policy, now);
        if (!Told.All.Contains(seq))
        {
            return ChangeStatus.Unknown;
        }

        if (Told.StateOf(seq) != CommandState.DeadLettered)
        {
            return Told.Open.Contains(seq) && Told.WasRedriven(seq) ? ChangeStatus.WasSo : ChangeStatus.WrongState;
        }

        if (Pending().Count() >= policy.MaxPendingCount)
        {
            return ChangeStatus.QueueFull;
        }

        Told.Add(What.Redriven, seq, now);
        return ChangeStatus.Changed;
    }

    public IEnumerable<long> InOrder() => Told.Open.OrderByDescending(seq => Told.RequestOf(seq).Priority).ThenBy(seq => seq);

    private IEnumerable<long> Pending() => Told.Open.Where(seq => Told.StateOf(seq) == CommandState.Pending);

    /// <summary>Whether it asks the same once more: naming no time to live twice is the same, whatever the default has become.</summary>
    private static bool IsSame(EnqueueRequest earlier, EnqueueRequest again, QueuePolicy policy) =>
        again with { TimeToLive = earlier.TimeToLive } == earlier
        && (again.TimeToLive == earlier.TimeToLive || (again.TimeToLive is null && earlier.TimeToLive == policy.DefaultTimeToLive));

    private bool IsReplaced(long seq, EnqueueRequest by, QueuePolicy policy)
    {
        EnqueueRequest waiting = Told.RequestOf(seq);
        bool isRuled = policy.Supersede.Text == PolicyGen.Rules && ((by.Name, waiting.Name) is ("STOP", "START" or "SYNC") or ("SYNC", "SYNC"));
        return !Told.WasSeen(seq) && by.TaskId is not null && by.TaskId == waiting.TaskId && (by.SupersedesTask || isRuled);
    }

    private void SettleAll(QueuePolicy policy, DateTimeOffset now)
    {
        foreach (long seq in Told.Open.ToArray())
        {
            if (Told.StateOf(seq) == CommandState.Leased)
            {
                if (Told.SeenAt(seq) > now)
                {
                    Told.Add(What.ClockSeenBack, seq, now);
                }
                else if (Told.LeaseEnd(seq) <= now)
                {
                    Told.Add(What.Lapsed, seq, now);
                }
            }

            if (Told.StateOf(seq) == CommandState.Pending && FateOf(seq, policy, now) is What fate)
            {
                Told.Add(fate, seq, now);
            }
        }
    }

    private What? FateOf(long seq, QueuePolicy policy, DateTimeOffset now) =>
        Told.WasOvertaken(seq) ? What.Superseded
        : Told.DeliveryCount(seq) >= policy.MaxDeliveries ? What.DeadLettered
        : Told.EnqueuedAt(seq) + Told.TimeToLiveOf(seq) <= now && !Told.WasRedriven(seq) ? What.Expired
        : null;
}
