namespace CommandBroker.Core.Tests.Rules;

/// <summary>A batch decides what its commands would be answered one after the other.</summary>
public sealed class EnqueueBatchTests
{
    private static readonly SupersessionRules Rules = SupersessionRules.Parse("STOP>START; DELETE>*");

    [Fact]
    public void A_batch_is_its_commands_one_after_the_other()
    {
        int whole = 0;
        var seen = new HashSet<EnqueueStatus>();
        for (int seed = 1; seed <= 2_000; seed++)
        {
            var random = new Random(seed);
            (LiveQueue live, QueuePolicy policy) = Begin(random);
            (QueueState state, DateTimeOffset now) = (live.State, live.Now);
            Transition<int> settled = CommandQueue.Settle(state, policy, now);
            QueueState expected = settled.State;
            List<Command> ended = [.. live.Ended.Values, .. settled.Changes.Where(change => !change.IsOpen)];
            EnqueueBatch batch = EnqueueBatch.Begin(state, policy, now)!;
            bool isWhole = true;
            for (int i = random.Next(1, 30); i > 0 && isWhole; i--)
            {
                EnqueueRequest request = RequestOf(random);
                Transition<EnqueueOutcome> alone = CommandQueue.Enqueue(expected, request, policy, now, PriorOf(request, ended));
                if (batch.Add(request, PriorOf(request, live.Ended.Values)) is { } outcome)
                {
                    ended.AddRange(alone.Changes.Where(change => !change.IsOpen));
                    Assert.Equal(alone.Outcome, outcome);
                    seen.Add(outcome.Status);
                    expected = alone.State;
                }
                else
                {
                    Assert.Contains(alone.Changes, change => change.State == CommandState.Superseded && change.Seq > state.LastSeq);
                    isWhole = false;
                }
            }

            Transition<int> transition = batch.Finish();
            if (isWhole)
            {
                whole++;
                Assert.Equal(Strip(expected), Strip(transition.State));
                Assert.Equal(
                    (expected.LastSeq, expected.PendingCount, expected.LeasedCount, expected.HistoryCount, expected.FirstOpenSeq),
                    (transition.State.LastSeq, transition.State.PendingCount, transition.State.LeasedCount, transition.State.HistoryCount, transition.State.FirstOpenSeq));
                Assert.Equal(transition.Changes.Length, transition.Changes.Select(change => change.Seq).Distinct().Count());
                Assert.All(transition.Changes, change => Assert.Equal((state.Find(change.Seq)?.Version ?? 0) + 1, change.Version));
                Assert.False(transition.State.MayNeedSettling(policy, now) && !expected.MayNeedSettling(policy, now));
            }
        }

        Assert.InRange(whole, 500, 1_900);
        Assert.Superset(
            new HashSet<EnqueueStatus> { EnqueueStatus.Enqueued, EnqueueStatus.WasThere, EnqueueStatus.KeyConflict, EnqueueStatus.QueueFull, EnqueueStatus.HistoryFull, EnqueueStatus.Invalid }, seen);
    }

    [Fact]
    public void A_queue_with_more_to_settle_than_one_commit_takes_begins_no_batch()
    {
        var queue = new LiveQueue();
        queue.Policy = queue.Policy with { MaxPendingCount = 2_000 };
        for (int i = 0; i <= CommandQueue.MaxSettledCount; i++)
        {
            queue.Enqueue(timeToLive: 1);
        }

        queue.Step(2);
        Assert.Null(EnqueueBatch.Begin(queue.State, queue.Policy, queue.Now));
        queue.Settle();
        Assert.NotNull(EnqueueBatch.Begin(queue.State, queue.Policy, queue.Now));
    }

    // A queue in the middle of its life: some of it leased, some lapsed, some expired, some overtaken.
    private static (LiveQueue Queue, QueuePolicy Policy) Begin(Random random)
    {
        var queue = new LiveQueue();
        queue.Policy = queue.Policy with { Supersede = Rules, MaxOutstandingCount = 3 };
        for (int i = random.Next(25); i > 0; i--)
        {
            switch (random.Next(4))
            {
                case 0:
                    queue.Poll();
                    break;
                case 1:
                    queue.Step(random.Next(40));
                    break;
                default:
                    queue.Enqueue(RequestOf(random));
                    break;
            }
        }

        queue.Step(random.Next(90));
        QueuePolicy policy = queue.Policy with
        {
            MaxPendingCount = random.Next(3) == 0 ? queue.State.PendingCount + random.Next(4) : 1_000,
            MaxHistoryCount = random.Next(3) == 0 ? (int)queue.State.HistoryCount + random.Next(4) : 1_000,
        };
        return (queue, policy);
    }

    private static EnqueueRequest RequestOf(Random random) => LiveQueue.Request(random.Next(20) == 0 ? "" : "START STOP DELETE RUN".Split(' ')[random.Next(4)]) with
    {
        TaskId = random.Next(3) == 0 ? null : $"t-{random.Next(12)}",
        IdempotencyKey = random.Next(2) == 0 ? null : $"k-{random.Next(20)}",
        Priority = random.Next(3),
        TimeToLive = random.Next(4) == 0 ? TimeSpan.FromSeconds(random.Next(1, 60)) : null,
        SupersedesTask = random.Next(12) == 0,
    };

    // As a store knows it.
    private static Command? PriorOf(EnqueueRequest request, IEnumerable<Command> ended) =>
        request.IdempotencyKey is { } key ? ended.FirstOrDefault(command => command.IdempotencyKey == key) : null;

    // One commit raises a version once, several raise it several times.
    private static IEnumerable<Command> Strip(QueueState state) => state.Open.Select(command => command with { Version = 0 });
}
