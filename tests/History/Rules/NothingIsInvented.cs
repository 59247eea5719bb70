namespace CommandBroker.History.Rules;

/// <summary>What is there or was delivered was enqueued for that source server, byte for byte.</summary>
public sealed class NothingIsInvented : IHistoryRule
{
    /// <inheritdoc/>
    public IEnumerable<Violation> Check(RunHistory run)
    {
        // A call that surely failed is left out: what it asked for must not appear either.
        var asked = run.Of(CallKind.Enqueue).Where(call => call.Outcome != EntryKind.Fail).Select(call => (call.Server, call.Hash)).ToHashSet();
        foreach (HistoryCall call in run.Calls.Where(call => call.IsDelivery && !asked.Contains((call.Server, call.Hash))))
        {
            yield return new Violation(ViolationKind.Invented, call.Server, $"{call} was handed command {call.CommandId}, which nobody enqueued like that.");
        }

        foreach (FinalRead read in run.Reads)
        {
            foreach (FinalCommand command in read.Commands.Where(command => !asked.Contains((command.Server, command.Hash))))
            {
                yield return new Violation(ViolationKind.Invented, command.Server, $"{read.Path} has command {command.CommandId}, which nobody enqueued like that.");
            }
        }
    }
}
