using System.Collections.Immutable;
using CommandBroker.Core;
using Xunit;

namespace CommandBroker.Storage.Tests;

public abstract partial class CommandStoreContract
{
    /// <summary>Commands that wait for long, that end out of order and that are redriven, all with the bound a session gives.</summary>
    [StoreFact]
    public async Task What_is_loaded_is_what_was_committed_whatever_happened_before()
    {
        StoredQueue queue = await fixture.RegisterAsync("a");
        var policy = new QueuePolicy { MaxDeliveries = 1, VisibilityTimeout = TimeSpan.FromMinutes(1) };
        var random = new Random(4);
        QueueState state = queue.State;
        DateTimeOffset now = Samples.Noon;
        List<Command> dead = [];
        int redriven = 0;
        int below = 0;
        for (int step = 0; step < 600; step++)
        {
            now += TimeSpan.FromSeconds(random.Next(20));
            (QueueState next, ImmutableArray<Command> changes) = random.Next(8) switch
            {
                < 3 => Step(CommandQueue.Enqueue(state, RequestOf(random), policy, now)),
                < 5 => Step(CommandQueue.Poll(state, policy, now)),
                < 7 => Step(CommandQueue.Report(state, SuccessOf(Pick(state.Open, random)), [], now)),
                _ => Step(Redrive(state, Pick(dead, random), policy, now)),
            };
            dead.RemoveAll(command => changes.Any(change => change.Seq == command.Seq));
            dead.AddRange(changes.Where(change => change.State == CommandState.DeadLettered));
            redriven += changes.Count(change => change is { State: CommandState.Pending, RedriveCount: > 0 });
            state = next;
            Assert.Equal(CommitStatus.Committed, await fixture.Commands.CommitAsync(
                new QueueCommit { SourceNo = queue.SourceNo, Commands = changes, OpenFrom = state.FirstOpenSeq }));

            QueueState loaded = (await fixture.LoadAsync("a")).State;
            Assert.Equal(state.Open.AsEnumerable(), loaded.Open.AsEnumerable());
            Assert.Equal((state.LastSeq, state.FirstOpenSeq), (loaded.LastSeq, loaded.FirstOpenSeq));
            below += state.Open.Count(command => command.Seq < state.FirstOpenSeq);
        }

        Assert.True(redriven > 5 && below > 0, "The walk met too few redrives to show anything.");
    }

    private static (QueueState State, ImmutableArray<Command> Changes) Step<TOutcome>(Transition<TOutcome> transition) => (transition.State, transition.Changes);

    private static Transition<ChangeOutcome> Redrive(QueueState state, Command? dead, QueuePolicy policy, DateTimeOffset now) =>
        CommandQueue.Redrive(state, dead?.Seq ?? 0, dead, policy, now);

    private static T? Pick<T>(IReadOnlyList<T> of, Random random)
        where T : class => of.Count == 0 ? null : of[random.Next(of.Count)];

    private static EnqueueRequest RequestOf(Random random) => new()
    {
        Name = "START",
        Param = "{}",
        Priority = random.Next(2),
        NotBeforeAt = random.Next(10) == 0 ? Samples.Noon.AddHours(1) : null,
        Actor = "operator",
    };

    private static ReportRequest SuccessOf(Command? command) =>
        new() { Name = "START", Result = ReportResult.Success, ResultDetail = "{}", Seq = command?.Seq ?? 999, Actor = "agent" };
}
