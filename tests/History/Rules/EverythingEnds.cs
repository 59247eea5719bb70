namespace CommandBroker.History.Rules;

/// <summary>After the drain every command was delivered or ended visibly, and the ways of reading agree.</summary>
public sealed class EverythingEnds : IHistoryRule
{
    /// <inheritdoc/>
    public IEnumerable<Violation> Check(RunHistory run)
    {
        foreach (FinalRead read in run.Reads)
        {
            foreach (FinalCommand open in read.Commands.Where(command => command.IsOpen))
            {
                yield return new Violation(ViolationKind.NotDrained, open.Server, $"{read.Path} has {open.CommandId} as {open.State} after the drain.");
            }

            foreach (FinalCommand skipped in read.Commands.Where(c => c.State is "succeeded" or "failed" && c.DeliveryCount == 0))
            {
                yield return new Violation(ViolationKind.DeliveryCount, skipped.Server, $"{read.Path} has {skipped.CommandId} as {skipped.State}, never delivered.");
            }
        }

        foreach (FinalRead other in run.Reads.Skip(1))
        {
            var first = run.Reads[0].Commands.ToHashSet();
            first.SymmetricExceptWith(other.Commands);
            foreach (var command in first.GroupBy(command => (command.Server, command.CommandId)))
            {
                yield return new Violation(ViolationKind.Disagreement, command.Key.Server,
                    $"{run.Reads[0].Path} and {other.Path} differ at {command.Key.CommandId}: {string.Join(" / ", command)}.");
            }
        }
    }
}
