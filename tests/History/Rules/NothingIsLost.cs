namespace CommandBroker.History.Rules;

/// <summary>Every acknowledged enqueue is there at the end, once, by each way of reading.</summary>
public sealed class NothingIsLost : IHistoryRule
{
    /// <inheritdoc/>
    public IEnumerable<Violation> Check(RunHistory run)
    {
        foreach (FinalRead read in run.Reads)
        {
            ILookup<(string, long), FinalCommand> found = read.Commands.ToLookup(command => (command.Server, command.CommandId));
            foreach (HistoryCall call in run.Of(CallKind.Enqueue).Where(call => call.IsOk))
            {
                FinalCommand[] there = [.. found[(call.Server, call.CommandId ?? -1)]];
                if (there.Length != 1 || there[0].Hash != call.Hash)
                {
                    yield return new Violation(ViolationKind.Lost, call.Server,
                        $"{call} was acknowledged as command {call.CommandId}; {read.Path} has {there.Count(c => c.Hash == call.Hash)} of it.");
                }
            }
        }
    }
}
