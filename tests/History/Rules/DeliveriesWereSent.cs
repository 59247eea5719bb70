namespace CommandBroker.History.Rules;

/// <summary>
/// A command that no answer showed was handed out at most by polls whose answer nobody saw, and ends as done only by one of them. What was
/// never sent was never delivered.
/// </summary>
public sealed class DeliveriesWereSent : IHistoryRule
{
    /// <inheritdoc/>
    public IEnumerable<Violation> Check(RunHistory run)
    {
        HashSet<(string, long)> seen = [.. run.Calls.Where(call => call.IsDelivery).Select(call => (call.Server, call.CommandId!.Value))];
        ILookup<string, HistoryCall> unknown = run.Of(CallKind.Poll).Where(call => call.Outcome == EntryKind.Info).ToLookup(call => call.Server);
        foreach (FinalRead read in run.Reads)
        {
            foreach (FinalCommand final in read.Commands.Where(command => !seen.Contains((command.Server, command.CommandId))))
            {
                int most = unknown[final.Server].Count();
                int least = final.State is "succeeded" or "failed" or "delivered" ? 1 : 0;
                if (Math.Max(final.DeliveryCount, least) > most)
                {
                    yield return new Violation(ViolationKind.DeliveryCount, final.Server,
                        $"{read.Path} has {final.CommandId} as {final.State} with delivery count {final.DeliveryCount}; no answer showed it, and {most} polls were unanswered.");
                }
            }
        }
    }
}
