namespace CommandBroker.History.Rules;

/// <summary>
/// A command is handed out again only after its lease has run out, counts rise with every delivery and stay within the limit, and the
/// count at the end covers what was seen and no more than could have been.
/// </summary>
public sealed class LeasesAndCountsHold : IHistoryRule
{
    // The broker's clock reads milliseconds and a request needs a moment to reach it; neither may look like a lease cut short.
    private static readonly TimeSpan ClockSlack = TimeSpan.FromMilliseconds(20);

    /// <inheritdoc/>
    public IEnumerable<Violation> Check(RunHistory run)
    {
        Dictionary<(string, long), FinalCommand>[] finals =
            [.. run.Reads.Select(read => read.Commands.GroupBy(c => (c.Server, c.CommandId)).ToDictionary(same => same.Key, same => same.First()))];
        foreach (IGrouping<string, HistoryCall> server in run.ByServer)
        {
            HistoryCall[] unknown = [.. server.Where(call => call.Op == CallKind.Poll && call.Outcome == EntryKind.Info)];
            foreach (var command in server.Where(call => call.IsDelivery).GroupBy(call => call.CommandId!.Value))
            {
                HistoryCall[] seen = [.. command];
                IEnumerable<Violation> found = seen.Zip(seen.Skip(1)).SelectMany(pair => CheckPair(server.Key, pair.First, pair.Second, unknown, run.Limits));
                IEnumerable<Violation> ends = finals.Select(final => final.GetValueOrDefault((server.Key, command.Key)))
                    .OfType<FinalCommand>().SelectMany(final => CheckEnd(final, seen, unknown.Length, run.Limits));
                foreach (Violation violation in found.Concat(ends))
                {
                    yield return violation;
                }
            }
        }
    }

    private static IEnumerable<Violation> CheckPair(string server, HistoryCall first, HistoryCall second, HistoryCall[] unknown, RunLimits limits)
    {
        if (!limits.WrongClocks.Any(wrong => second.EndedAt > wrong.From && first.InvokedAt < wrong.To) && second.EndedAt + ClockSlack < first.InvokedAt + limits.VisibilityTimeout)
        {
            yield return new Violation(ViolationKind.OverlappingLease, server,
                $"{second} was handed {second.CommandId} {(second.EndedAt - first.InvokedAt).TotalMilliseconds:F0} ms after {first}; the lease is {limits.VisibilityTimeout}.");
        }

        int between = unknown.Count(call => call.InvokedAt > first.InvokedAt && call.InvokedAt < second.EndedAt);
        int rise = (second.Ended!.Delivery ?? 0) - (first.Ended!.Delivery ?? 0);
        if (rise < 1 || rise > 1 + between)
        {
            yield return new Violation(ViolationKind.DeliveryCount, server,
                $"{second} had delivery count {second.Ended.Delivery} of {second.CommandId}, after {first.Ended.Delivery} and {between} unanswered polls.");
        }
    }

    private static IEnumerable<Violation> CheckEnd(FinalCommand final, HistoryCall[] seen, int unknownCount, RunLimits limits)
    {
        int highest = seen.Max(call => call.Ended!.Delivery ?? 0);
        if (final.DeliveryCount < highest || final.DeliveryCount > highest + unknownCount || final.DeliveryCount > limits.MaxDeliveries)
        {
            yield return new Violation(ViolationKind.DeliveryCount, final.Server,
                $"Command {final.CommandId} ended with delivery count {final.DeliveryCount}; {highest} was seen, {limits.MaxDeliveries} are allowed.");
        }
    }
}
