namespace CommandBroker.Core.Tests.Rules;

public sealed class QueueStateTests
{
    [Fact]
    public void The_empty_queue_holds_nothing()
    {
        Assert.True(QueueState.Empty.Open.IsEmpty);
        Assert.Equal((0L, 0L, 0L, 0, 0), (QueueState.Empty.LastSeq, QueueState.Empty.RemovedCount, QueueState.Empty.HistoryCount, QueueState.Empty.PendingCount, QueueState.Empty.LeasedCount));
    }

    [Fact]
    public void A_restored_queue_is_in_the_order_of_hand_out_and_counts_what_it_holds()
    {
        QueueState state = QueueState.Restore([Of(3), Of(2), Of(5, priority: 1), Of(4) with { State = CommandState.Leased }], lastSeq: 9, removedCount: 3);

        Assert.Equal([5L, 2, 3, 4], state.Open.Select(command => command.Seq));
        Assert.Equal((9L, 3L, 2L, 3, 1), (state.LastSeq, state.RemovedCount, state.HistoryCount, state.PendingCount, state.LeasedCount));
        Assert.Equal(4, state.Find(4)!.Seq);
        Assert.Null(state.Find(1));
    }

    [Fact]
    public void The_first_open_number_passes_over_redriven_commands()
    {
        Assert.Equal(1, QueueState.Empty.FirstOpenSeq);
        Assert.Equal(10, QueueState.Restore([], lastSeq: 9, removedCount: 0).FirstOpenSeq);
        Assert.Equal(10, QueueState.Restore([Of(2) with { RedriveCount = 1 }], lastSeq: 9, removedCount: 0).FirstOpenSeq);
        Assert.Equal(3, QueueState.Restore([Of(2) with { RedriveCount = 1 }, Of(5, priority: 1), Of(3)], lastSeq: 9, removedCount: 0).FirstOpenSeq);
    }

    [Fact]
    public void Numbers_go_on_after_the_highest_ever_given_out()
    {
        QueueState state = QueueState.Restore([], lastSeq: 41, removedCount: 41);

        Transition<EnqueueOutcome> transition = CommandQueue.Enqueue(state, LiveQueue.Request(), new QueuePolicy(), LiveQueue.Start);

        Assert.Equal((42L, 42L, 41L), (transition.Outcome.Seq, transition.State.LastSeq, transition.State.RemovedCount));
    }

    [Fact]
    public void An_ended_command_is_refused()
    {
        Refused([Of(1) with { State = CommandState.Failed }], "Command 1 (Failed) does not fit an open queue that ends at 2. (Parameter 'open')");
    }

    [Fact]
    public void A_number_above_the_highest_is_refused_and_the_highest_is_taken()
    {
        Assert.Equal(2, Assert.Single(QueueState.Restore([Of(2)], 2, 0).Open).Seq);
        Refused([Of(3)], "Command 3 (Pending) does not fit an open queue that ends at 2. (Parameter 'open')");
    }

    [Fact]
    public void A_number_used_twice_is_refused()
    {
        Refused([Of(2), Of(2, priority: 1)], "Command 2 (Pending) does not fit an open queue that ends at 2. (Parameter 'open')");
    }

    [Fact]
    public void A_queue_is_behind_a_change_of_a_command_it_never_saw()
    {
        QueueState state = QueueState.Restore([Of(2)], lastSeq: 2, removedCount: 0);

        Assert.True(state.IsBehind([Of(2) with { Version = 2 }, Of(3) with { Version = 2 }]));
        Assert.False(state.IsBehind([Of(2) with { Version = 2 }, Of(1) with { Version = 7 }, Of(3)]));
        Assert.False(state.IsBehind([]));
    }

    private static void Refused(Command[] open, string message) =>
        Assert.Equal(message, Assert.Throws<ArgumentException>(() => QueueState.Restore(open, lastSeq: 2, removedCount: 0)).Message);

    private static Command Of(long seq, int priority = 0) => new()
    {
        Seq = seq,
        Name = "START",
        Param = "{}",
        Priority = priority,
        EnqueuedAt = LiveQueue.Start,
        EnqueuedBy = "operator",
    };
}
