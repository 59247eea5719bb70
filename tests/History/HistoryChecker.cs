using CommandBroker.History.Rules;

namespace CommandBroker.History;

/// <summary>Runs every rule over a run, and says whether the run is worth anything.</summary>
public static class HistoryChecker
{
    private static readonly IHistoryRule[] All =
    [
        new NothingIsLost(), new NothingIsInvented(), new KeysAreUnique(), new NumbersRise(), new FirstDeliveriesAreInOrder(),
        new LeasesAndCountsHold(), new DeliveriesWereSent(), new ResultsAreFinal(), new EverythingEnds(),
    ];

    /// <summary>Checks a run that is over.</summary>
    public static CheckReport Check(RunHistory run) => new()
    {
        AcknowledgedCount = run.Calls.Count(IsAcknowledgedWrite),
        EnqueuedCount = run.Of(CallKind.Enqueue).Where(call => call.IsOk).DistinctBy(call => (call.Server, call.CommandId)).Count(),
        UnknownCount = run.Calls.Count(call => call.IsRequest && call.Outcome == EntryKind.Info),
        RecoveredCount = CountRecovered(run),
        DeliveryCount = run.Calls.Count(call => call.IsDelivery),
        RedeliveryCount = run.Calls.Count(call => call.IsDelivery && call.Ended!.Delivery > 1),
        ImpoliteCount = run.Calls.Count(call => call.IsRequest && call.Outcome == EntryKind.Info && !call.IsPoliteRefusal),
        KillCount = run.Of(CallKind.Kill).Count(call => call.IsOk),
        LongestGap = LongestGap(run),
        Violations = [.. All.SelectMany(rule => rule.Check(run))],
        VoidReasons = [.. WhyVoid(run)],
    };

    private static bool IsAcknowledgedWrite(HistoryCall call) => call.IsDelivery || (call.IsOk && (call.Op is CallKind.Enqueue or CallKind.Report));

    private static IEnumerable<string> WhyVoid(RunHistory run)
    {
        int acknowledged = run.Calls.Count(IsAcknowledgedWrite);
        int kills = run.Of(CallKind.Kill).Count(call => call.IsOk);
        if (acknowledged < run.Limits.MinAcknowledgedCount)
        {
            yield return $"{acknowledged} calls were acknowledged, {run.Limits.MinAcknowledgedCount} are needed.";
        }

        if (kills < run.Limits.MinKillCount || run.Of(CallKind.Kill).Any(call => !call.IsOk))
        {
            yield return $"{kills} kills hit a living process, {run.Limits.MinKillCount} are needed and none may miss.";
        }

        foreach (HistoryCall fault in run.Of(CallKind.Fault).Where(call => !call.IsOk))
        {
            yield return $"A fault did not provably fire: {fault.Ended?.Note ?? fault.Invoked.Note}.";
        }

        if (run.Of(CallKind.Fault).Count(call => call.IsOk) < run.Limits.MinFaultCount)
        {
            yield return $"{run.Of(CallKind.Fault).Count(call => call.IsOk)} faults fired, {run.Limits.MinFaultCount} are needed.";
        }

        if (!run.Calls.Any(call => call.IsDelivery && call.Ended!.Delivery > 1))
        {
            yield return "No redelivery was seen.";
        }

        int shared = run.Calls.Where(call => call.IsOk && call.IsRequest && call.CommandId is not null)
            .GroupBy(call => call.Server).Count(server => server.Select(call => call.Invoked.Broker).Distinct().Count() > 1);
        if (shared < run.Limits.MinSharedServerCount)
        {
            yield return $"{shared} source servers were written by two brokers, {run.Limits.MinSharedServerCount} are needed.";
        }
    }

    /// <summary>Commands that are there although no enqueue of them was ever acknowledged: allowed, and worth knowing.</summary>
    private static int CountRecovered(RunHistory run)
    {
        var acknowledged = run.Of(CallKind.Enqueue).Where(call => call.IsOk).Select(call => (call.Server, call.Hash)).ToHashSet();
        return run.Reads.Count == 0 ? 0 : run.Reads[0].Commands.Count(command => !acknowledged.Contains((command.Server, command.Hash)));
    }

    private static TimeSpan LongestGap(RunHistory run)
    {
        TimeSpan[] answers = [.. run.Calls.Where(call => call.IsOk && call.IsRequest).Select(call => call.EndedAt).Order()];
        return answers.Zip(answers.Skip(1), (earlier, later) => later - earlier).DefaultIfEmpty().Max();
    }
}
