namespace CommandBroker.History.Rules;

/// <summary>
/// First deliveries rise by number, and inside a task no delivery follows that of a later command. Runs enqueue with one priority and
/// have one agent for each source server, so the order in which polls left is the order of delivery.
/// </summary>
public sealed class FirstDeliveriesAreInOrder : IHistoryRule
{
    // A call whose outcome is unknown may be carried out after its client gave up; the gateway waits for a poll's answer no longer.
    private static readonly TimeSpan LateEffect = TimeSpan.FromMinutes(1);

    /// <inheritdoc/>
    public IEnumerable<Violation> Check(RunHistory run) => run.ByServer.SelectMany(CheckServer);

    private static IEnumerable<Violation> CheckServer(IGrouping<string, HistoryCall> server)
    {
        Dictionary<string, HistoryCall> enqueues = server.Where(call => call.Op == CallKind.Enqueue && call.IsOk)
            .GroupBy(call => call.Hash!).ToDictionary(same => same.Key, same => same.MinBy(call => call.EndedAt)!);
        HistoryCall[] unanswered = [.. server.Where(call => call.Op == CallKind.Poll && call.Outcome == EntryKind.Info)];
        var tasks = new Dictionary<string, long>();
        long highest = 0;
        HistoryCall? overtaker = null;
        foreach (HistoryCall call in server.Where(call => call.IsDelivery))
        {
            long id = call.CommandId!.Value;
            HistoryCall? enqueue = call.Hash is null ? null : enqueues.GetValueOrDefault(call.Hash);
            // An unanswered poll may have been the first delivery of it, though nobody saw it; also one that left before the enqueue did and
            // was held up on its way.
            bool wasNotSent = call.Ended!.Delivery == 1 && enqueue is not null && overtaker is not null
                && unanswered.Any(poll => poll.EndedAt > enqueue.InvokedAt - LateEffect && poll.InvokedAt < overtaker.InvokedAt);
            if (call.Ended.Delivery == 1 && id < highest && enqueue is not null && enqueue.EndedAt < overtaker!.InvokedAt && !wasNotSent)
            {
                yield return new Violation(ViolationKind.Order, server.Key, $"{call} was the first delivery of {id}, after {highest} by {overtaker}.");
            }

            if (call.Ended.Task is { } task)
            {
                // What was never sent waits again, and is not ended because of a later command of its task.
                if (tasks.TryGetValue(task, out long later) && later > id && !wasNotSent)
                {
                    yield return new Violation(ViolationKind.Order, server.Key, $"{call} delivered {id} of task {task} after {later} of the same task.");
                }

                tasks[task] = Math.Max(later, id);
            }

            if (call.Ended.Delivery == 1 && id > highest)
            {
                (highest, overtaker) = (id, call);
            }
        }
    }
}
