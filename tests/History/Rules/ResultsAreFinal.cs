namespace CommandBroker.History.Rules;

/// <summary>One result of a command is accepted, stays, and was really reported.</summary>
public sealed class ResultsAreFinal : IHistoryRule
{
    /// <inheritdoc/>
    public IEnumerable<Violation> Check(RunHistory run)
    {
        ILookup<(string, long?), HistoryCall> reports = run.Of(CallKind.Report).Where(call => call.Outcome != EntryKind.Fail)
            .ToLookup(call => (call.Server, call.CommandId));
        foreach (var command in reports)
        {
            string[] accepted = [.. command.Where(call => call.IsOk).Select(call => call.Invoked.Result!).Distinct()];
            if (accepted.Length > 1)
            {
                yield return new Violation(ViolationKind.ContradictingResults, command.Key.Item1,
                    $"Command {command.Key.Item2} had {string.Join(" and ", accepted)} accepted.");
            }
        }

        foreach (FinalRead read in run.Reads)
        {
            foreach (FinalCommand final in read.Commands)
            {
                HistoryCall[] told = [.. reports[(final.Server, final.CommandId)]];
                if (final.Result is null ? told.Any(call => call.IsOk) : told.Any(call => call.IsOk && call.Invoked.Result != final.Result))
                {
                    yield return new Violation(ViolationKind.LostReport, final.Server,
                        $"{told.First(call => call.IsOk)} was accepted; {read.Path} has {final.CommandId} as {final.State} with {final.Result ?? "no result"}.");
                }

                if (final.Result is not null && told.All(call => call.Invoked.Result != final.Result))
                {
                    yield return new Violation(ViolationKind.ContradictingResults, final.Server,
                        $"{read.Path} has {final.Result} for {final.CommandId}, which no agent reported.");
                }
            }
        }
    }
}
