using System.Collections.Immutable;
using static CommandBroker.Core.CommandState;

namespace CommandBroker.Core.Tests;

/// <summary>What holds of every transition, whatever the verb: checked after each step of each test.</summary>
internal static class TransitionRules
{
    private static readonly ImmutableDictionary<CommandState, CommandState[]> Next = ImmutableDictionary.CreateRange(
        new Dictionary<CommandState, CommandState[]>
        {
            [Pending] = [Pending, Leased, Succeeded, Failed, DeadLettered, Cancelled, Expired, Superseded, Delivered],
            [Leased] = [Pending, Leased, Succeeded, Failed, DeadLettered, Cancelled, Expired, Superseded, Delivered],
            [Succeeded] = [],
            [Failed] = [],
            [DeadLettered] = [Pending, Succeeded, Failed],
            [Cancelled] = [Cancelled],
            [Expired] = [Succeeded, Failed],
            [Superseded] = [Succeeded, Failed],
            [Delivered] = [Succeeded, Failed],
        });

    public static void Check(
        QueueState before, IReadOnlyDictionary<long, Command> ended, QueueState after, ImmutableArray<Command> changes, bool isRelease = false)
    {
        Assert.Equal(changes.IsEmpty, ReferenceEquals(before, after));
        Assert.Equal(changes.Length, changes.Select(change => change.Seq).Distinct().Count());
        long inserted = 0;
        foreach (Command change in changes)
        {
            if ((before.Find(change.Seq) ?? ended.GetValueOrDefault(change.Seq)) is { } old)
            {
                CheckChange(old, change, isRelease);
            }
            else
            {
                inserted++;
                Assert.Equal(before.LastSeq + 1, change.Seq);
                Assert.Equal((1, Pending, 0, 0), (change.Version, change.State, change.DeliveryCount, change.RedriveCount));
            }

            Assert.Equal(change.IsOpen ? change : null, after.Find(change.Seq));
            CheckShape(change);
            Assert.Null(CommandConsistency.FaultOf(change)?.Found);
        }

        CheckQueue(before, after, changes, inserted);
    }

    private static void CheckChange(Command old, Command change, bool isRelease)
    {
        Assert.Equal(old.Version + 1, change.Version);
        if (isRelease)
        {
            // What was never sent has not happened: only an operator's cancel and the end of a time to live stay, and nothing new ends.
            Assert.True(change.State is Pending || change.State == old.State);
            Assert.Equal(!old.IsOpen && change.IsOpen ? old.RedriveCount | Command.TakenBackMark : old.RedriveCount, change.RedriveCount);
        }
        else
        {
            Assert.Contains(change.State, Next[old.State]);
        }

        Assert.InRange(change.DeliveryCount, change.OperatorRedriveCount > old.OperatorRedriveCount ? 0 : old.DeliveryCount - 1, old.DeliveryCount + 1);

        // What was enqueued never changes: with these three set alike, only the course of the command may differ.
        Assert.Equal(Enqueued(old), Enqueued(change));
        if (old.Outcome?.Result is { } result)
        {
            Assert.True(change.Outcome?.Result == result || (isRelease && !change.MayBeKnown && old.State is Succeeded or Failed));
        }
    }

    private static Command Enqueued(Command command) => command with
    {
        Version = 1,
        State = Pending,
        DeliveryCount = 0,
        RedriveCount = 0,
        DeliveredAt = null,
        LeasedUntil = null,
        OvertakenBy = null,
        Outcome = null,
    };

    private static void CheckShape(Command command)
    {
        Assert.Equal(command.State == Leased, command.LeasedUntil is not null);
        Assert.Equal(command.IsOpen, command.Outcome is null);
        Assert.True(command.DeliveryCount == 0 || command.MayBeKnown);
        if (command.Outcome is { } outcome)
        {
            Assert.False(string.IsNullOrWhiteSpace(outcome.EndedBy));
            Assert.False(string.IsNullOrWhiteSpace(outcome.Reason));
            Assert.Equal(outcome.Result is null, outcome.ResultDetail is null);
            Assert.True(command.State is not (Succeeded or Failed) || outcome.Result is not null);
            Assert.True(command.State != Superseded || outcome.SupersededBy > command.Seq);
        }
    }

    private static void CheckQueue(QueueState before, QueueState after, ImmutableArray<Command> changes, long inserted)
    {
        Assert.Equal(before.LastSeq + inserted, after.LastSeq);
        Assert.Equal(before.RemovedCount, after.RemovedCount);
        Assert.Equal(after.Open.Count(command => command.State == Leased), after.LeasedCount);
        Assert.Equal(after.Open.Count(command => command.State == Pending), after.PendingCount);
        Assert.Equal(after.LastSeq, after.Open.Length + after.HistoryCount + after.RemovedCount);
        Assert.Equal(
            after.Open.Where(command => command.RedriveCount == 0).Select(command => command.Seq).Append(after.LastSeq + 1).Min(), after.FirstOpenSeq);
        Assert.Equal(after.Open.OrderByDescending(command => command.Priority).ThenBy(command => command.Seq), after.Open);
        foreach (Command command in before.Open.Where(command => changes.All(change => change.Seq != command.Seq)))
        {
            Assert.Same(command, after.Find(command.Seq));
        }
    }
}
