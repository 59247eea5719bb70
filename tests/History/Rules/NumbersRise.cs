namespace CommandBroker.History.Rules;

/// <summary>Numbers rise with the order of acknowledgement and are never used twice, and none is missing at the end.</summary>
public sealed class NumbersRise : IHistoryRule
{
    /// <inheritdoc/>
    public IEnumerable<Violation> Check(RunHistory run) =>
        run.ByServer.SelectMany(Rising).Concat(UsedOnce(run)).Concat(run.Reads.SelectMany(WithoutHoles));

    private static IEnumerable<Violation> Rising(IGrouping<string, HistoryCall> server)
    {
        // Only the first acknowledgement of a number counts: a repeated enqueue is answered with the old one.
        HistoryCall[] first = [.. server.Where(call => call.Op == CallKind.Enqueue && call.IsOk)
            .GroupBy(call => call.CommandId).Select(same => same.MinBy(call => call.EndedAt)!)];
        HistoryCall[] asked = [.. server.Where(call => call.Op == CallKind.Enqueue)];
        ILookup<string?, HistoryCall> attempts = asked.ToLookup(call => call.Hash);
        var ended = new PriorityQueue<HistoryCall, TimeSpan>(first.Select(call => (call, call.EndedAt)));
        long highest = 0;
        foreach ((HistoryCall call, TimeSpan leftAt) in first.Select(call => (call, attempts[call.Hash].Min(a => a.InvokedAt))).OrderBy(pair => pair.Item2))
        {
            while (ended.TryPeek(out HistoryCall? done, out TimeSpan at) && at < leftAt)
            {
                highest = Math.Max(highest, done.CommandId ?? 0);
                ended.Dequeue();
            }

            if (call.CommandId <= highest)
            {
                yield return new Violation(ViolationKind.Sequence, server.Key, $"{call} got number {call.CommandId} after {highest} had been acknowledged.");
            }
        }
    }

    private static IEnumerable<Violation> UsedOnce(RunHistory run)
    {
        IEnumerable<(string Server, long? Id, string? Hash)> seen = run.Calls
            .Where(call => call.IsOk && call.Op is CallKind.Enqueue or CallKind.Poll && call.CommandId is not null)
            .Select(call => (call.Server, call.CommandId, call.Hash))
            .Concat(run.Reads.SelectMany(read => read.Commands).Select(c => (c.Server, (long?)c.CommandId, (string?)c.Hash)));
        foreach (var number in seen.Distinct().GroupBy(seen => (seen.Server, seen.Id)).Where(number => number.Count() > 1))
        {
            yield return new Violation(ViolationKind.Sequence, number.Key.Server, $"Number {number.Key.Id} stood for {number.Count()} different commands.");
        }
    }

    private static IEnumerable<Violation> WithoutHoles(FinalRead read)
    {
        foreach (var server in read.Commands.GroupBy(command => command.Server))
        {
            long highest = server.Max(command => command.CommandId);
            if (highest != server.Count())
            {
                yield return new Violation(ViolationKind.Sequence, server.Key, $"{read.Path} has {server.Count()} commands up to number {highest}.");
            }
        }
    }
}
