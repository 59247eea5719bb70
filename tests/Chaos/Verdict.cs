using CommandBroker.Chaos.Faults;
using CommandBroker.History;

namespace CommandBroker.Chaos;

/// <summary>Judges a run that is over.</summary>
internal static class Verdict
{
    private const int ShownViolations = 20;

    /// <summary>Checks the history, and what the faults ask for beside it.</summary>
    public static RunResult Of(RunHistory run, IReadOnlyList<FaultOutcome> faults, TimeSpan serveTimeout)
    {
        CheckReport report = HistoryChecker.Check(run);
        var gaps = new ServiceGaps(run);
        FaultOutcome[] judged = [.. faults.Select(fault => fault with
        {
            LongestGap = gaps.Longest(fault.InjectedAt, fault.HealedAt),
            ServedAfter = gaps.AllServedAfter(fault.MendedAt),
        })];
        (TimeSpan From, TimeSpan To)[] times = [.. faults.Select(fault => (fault.InjectedAt, fault.HealedAt))];
        TimeSpan first = times.Select(time => time.From).DefaultIfEmpty(TimeSpan.MaxValue).Min();
        return new RunResult
        {
            At = default,
            Mode = "",
            Seed = 0,
            Length = default,
            SelfEnds = 0,
            Faults = judged,
            Acknowledged = report.AcknowledgedCount,
            Commands = report.EnqueuedCount,
            Redeliveries = report.RedeliveryCount,
            Lost = report.Count(ViolationKind.Lost) + report.Count(ViolationKind.LostReport),
            Invented = report.Count(ViolationKind.Invented) + report.Count(ViolationKind.DuplicatedKey),
            OutOfOrder = report.Count(ViolationKind.Order) + report.Count(ViolationKind.Sequence),
            DoublyEnded = report.Count(ViolationKind.ContradictingResults),
            Other = report.Count(ViolationKind.OverlappingLease) + report.Count(ViolationKind.DeliveryCount)
                + report.Count(ViolationKind.NotDrained) + report.Count(ViolationKind.Disagreement),
            Unknown = report.UnknownCount,
            Impolite = report.ImpoliteCount,
            GapBefore = gaps.LongestOutside([(first, TimeSpan.MaxValue)]),
            GapDuring = judged.Select(fault => fault.LongestGap).DefaultIfEmpty().Max(),
            GapAfter = gaps.LongestOutside([.. times, (TimeSpan.Zero, first)]),
            Complaints =
            [
                .. report.VoidReasons.Select(reason => $"Void: {reason}"),
                .. report.Violations.Take(ShownViolations).Select(violation => $"{violation.Kind}, {violation.Server}: {violation.Text}"),
                .. judged.SelectMany(fault => Complaints(fault, run, serveTimeout)),
            ],
        };
    }

    private static IEnumerable<string> Complaints(FaultOutcome fault, RunHistory run, TimeSpan serveTimeout)
    {
        FaultKind kind = FaultCatalogue.Get(fault.Number);
        if (fault.ServedAfter is not { } after || after > serveTimeout)
        {
            yield return $"{kind}: {(fault.ServedAfter is null ? "a source server was never answered again" : $"served again after {fault.ServedAfter}")}; {serveTimeout} is allowed.";
        }

        HistoryCall[] unknown = [.. run.Calls.Where(call => call.IsRequest && call.Outcome == EntryKind.Info && call.EndedAt > fault.InjectedAt && call.InvokedAt < fault.HealedAt)];
        HistoryCall? bad = kind.IsSilent ? unknown.FirstOrDefault()
            : kind.IsPolite ? unknown.FirstOrDefault(call => !call.IsPoliteRefusal)
            : kind.MayAnswer500 ? null
            : unknown.FirstOrDefault(call => call.Ended?.Status >= 500 && !call.IsPoliteRefusal);
        if (bad is not null)
        {
            yield return $"{kind}: {unknown.Length} calls had an unknown outcome, as {bad}: {bad.Ended?.Note}";
        }
    }
}
