namespace CommandBroker.Core.Tests.Model;

/// <summary>
/// Everything that ever happened, in order, and nothing else. Each question is answered by reading it from the start: slow, and too
/// plain to hide a mistake.
/// </summary>
internal sealed class Chronicle
{
    private readonly List<Fact> _facts = [];

    public int LastSeq => _facts.Count(fact => fact.What == What.Enqueued);

    public IEnumerable<long> All => _facts.Where(fact => fact.What == What.Enqueued).Select(fact => fact.Seq);

    public IEnumerable<long> Open => All.Where(seq => StateOf(seq) is CommandState.Pending or CommandState.Leased);

    public void Add(What what, long seq, DateTimeOffset at, TimeSpan lease = default) => _facts.Add(new Fact(what, seq, at, lease));

    public void Add(EnqueueRequest request, TimeSpan? timeToLive, DateTimeOffset at) =>
        _facts.Add(new Fact(What.Enqueued, LastSeq + 1, at, default, request, timeToLive));

    public void AddReport(What what, long seq, DateTimeOffset at, string detail) => _facts.Add(new Fact(what, seq, at, Detail: detail));

    public EnqueueRequest RequestOf(long seq) => Of(seq).First().Request!;

    public DateTimeOffset EnqueuedAt(long seq) => Of(seq).First().At;

    public TimeSpan? TimeToLiveOf(long seq) => Of(seq).First().TimeToLive;

    /// <summary>What was said with the report that counts; null when there is none.</summary>
    public string? DetailOf(long seq) => Of(seq).LastOrDefault(fact => fact.Detail is not null)?.Detail;

    /// <summary>The last time it was handed out; null when it never was.</summary>
    public Fact? LastHandOut(long seq) => Of(seq).LastOrDefault(IsHandOut);

    /// <summary>How many responses have shown that hand-out besides the first; 9 are as good as any number.</summary>
    public int ShownAgain(Fact handOut)
    {
        int count = 0;
        foreach (Fact fact in _facts.Skip(_facts.IndexOf(handOut)).Where(fact => fact.Seq == handOut.Seq))
        {
            count += count == 9 ? 0 : fact.What == What.ShownAgain ? 1 : fact.What == What.Hidden ? -1 : 0;
        }

        return count;
    }

    /// <summary>Takes out a hand-out and what it led to for its command, some kinds aside: it never happened.</summary>
    public void Strike(Fact handOut, params What[] staying)
    {
        int at = _facts.IndexOf(handOut);
        Fact[] struck = [.. _facts.Skip(at).Where(fact => fact.Seq == handOut.Seq && !staying.Contains(fact.What))];
        _facts.RemoveAll(struck.Contains);
    }

    /// <summary>Takes out that it ended because a later command of its task was handed out.</summary>
    public void StrikeSupersession(long seq) => _facts.RemoveAll(fact => fact.Seq == seq && fact.What == What.Superseded);

    public CommandState StateOf(long seq)
    {
        CommandState state = CommandState.Pending;
        foreach (Fact fact in Of(seq))
        {
            state = fact.What switch
            {
                What.Enqueued or What.Lapsed or What.Released or What.Redriven => CommandState.Pending,
                What.HandedOut => CommandState.Leased,
                What.HandedOutForGood => CommandState.Delivered,
                What.Succeeded => CommandState.Succeeded,
                What.Failed => CommandState.Failed,
                What.DeadLettered => CommandState.DeadLettered,
                What.Cancelled => CommandState.Cancelled,
                What.Expired => CommandState.Expired,
                What.Superseded => CommandState.Superseded,
                _ => state,
            };
        }

        return state;
    }

    public int DeliveryCount(long seq) => CountUpTo(seq, _facts.Count);

    public bool WasRedriven(long seq) => Of(seq).Any(fact => fact.What == What.Redriven);

    public int HandOutCount(long seq) => Of(seq).Count(IsHandOut);

    public bool WasSeen(long seq) => Of(seq).Any(IsHandOut);

    /// <summary>When it was handed out last, by the earliest clock that was seen since.</summary>
    public DateTimeOffset SeenAt(long seq) => Of(seq).Last(fact => IsHandOut(fact) || fact.What == What.ClockSeenBack).At;

    public DateTimeOffset LeaseEnd(long seq) => SeenAt(seq) + Of(seq).Last(fact => fact.What == What.HandedOut).Lease;

    public ReportResult? ResultOf(long seq) => Of(seq).Select(fact => fact.What switch
    {
        What.Succeeded or What.NotedSuccess => ReportResult.Success,
        What.Failed or What.NotedFail => ReportResult.Fail,
        _ => (ReportResult?)null,
    }).LastOrDefault(result => result is not null);

    /// <summary>Whether a later command of its task was handed out after a delivery of it that counts.</summary>
    public bool WasOvertaken(long seq)
    {
        int redriven = _facts.FindLastIndex(fact => fact.Seq == seq && fact.What == What.Redriven);
        string? task = RequestOf(seq).TaskId;
        for (int i = redriven + 1; i < _facts.Count; i++)
        {
            Fact fact = _facts[i];
            if (IsHandOut(fact) && fact.Seq > seq && task is not null && RequestOf(fact.Seq).TaskId == task && CountUpTo(seq, i) > 0)
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsHandOut(Fact fact) => fact.What is What.HandedOut or What.HandedOutForGood;

    private IEnumerable<Fact> Of(long seq) => _facts.Where(fact => fact.Seq == seq);

    private int CountUpTo(long seq, int end)
    {
        int count = 0;
        foreach (Fact fact in _facts.Take(end).Where(fact => fact.Seq == seq))
        {
            count = fact.What switch
            {
                What.HandedOut or What.HandedOutForGood => count + 1,
                What.Released => count - 1,
                What.Redriven => 0,
                _ => count,
            };
        }

        return count;
    }
}
