namespace CommandBroker.Core.Tests.Rules;

public sealed class EnqueueTests
{
    private readonly LiveQueue _queue = new();

    [Fact]
    public void Numbers_rise_from_1_and_a_new_command_is_pending_at_version_1()
    {
        Assert.Equal(1, _queue.Enqueue());
        Assert.Equal(2, _queue.Enqueue());

        Assert.Equal((CommandState.Pending, 1, 0), (_queue[2].State, _queue[2].Version, _queue[2].DeliveryCount));
        Assert.Equal((2, 0, 2L), (_queue.State.PendingCount, _queue.State.LeasedCount, _queue.State.LastSeq));
        Assert.Equal(2, Assert.Single(_queue.Changes).Seq);
    }

    [Fact]
    public void A_number_is_not_used_again_after_its_command_ended()
    {
        _queue.Cancel(_queue.Enqueue());

        Assert.True(_queue.State.Open.IsEmpty);
        Assert.Equal(2, _queue.Enqueue());
    }

    [Fact]
    public void The_command_is_what_was_asked_for()
    {
        _queue.Enqueue(new EnqueueRequest
        {
            Name = "SYNC",
            Param = """{"task_id":"t","bucket":"b"}""",
            TaskId = "t",
            Priority = 7,
            NotBeforeAt = _queue.Now.AddSeconds(5),
            TimeToLive = TimeSpan.FromSeconds(9),
            IdempotencyKey = "key",
            SupersedesTask = true,
            Actor = "tool",
        });

        var expected = new Command
        {
            Seq = 1,
            Name = "SYNC",
            Param = """{"task_id":"t","bucket":"b"}""",
            TaskId = "t",
            Priority = 7,
            NotBeforeAt = LiveQueue.Start.AddSeconds(5),
            TimeToLive = TimeSpan.FromSeconds(9),
            IdempotencyKey = "key",
            SupersedesTask = true,
            EnqueuedAt = LiveQueue.Start,
            EnqueuedBy = "tool",
        };
        Assert.Equal(expected, _queue[1]);
    }

    [Fact]
    public void The_default_time_to_live_is_for_those_who_name_none()
    {
        _queue.Policy = _queue.Policy with { DefaultTimeToLive = TimeSpan.FromHours(1) };

        Assert.Equal(LiveQueue.Start.AddHours(1), _queue[_queue.Enqueue()].ExpiresAt);
        Assert.Equal(LiveQueue.Start.AddSeconds(5), _queue[_queue.Enqueue(timeToLive: 5)].ExpiresAt);
    }

    [Fact]
    public void A_higher_priority_stands_before_a_lower_one_and_equals_stand_in_order_of_number()
    {
        _queue.Enqueue(priority: 0);
        _queue.Enqueue(priority: 5);
        _queue.Enqueue(priority: -5);
        _queue.Enqueue(priority: 5);
        _queue.Enqueue(priority: 0);

        Assert.Equal([2L, 4, 1, 5, 3], _queue.State.Open.Select(command => command.Seq));
    }

    [Fact]
    public void Entry_1_000_is_taken_and_entry_1_001_is_refused_by_the_default_limit()
    {
        _queue.Policy = new QueuePolicy();
        for (int i = 0; i < 1_000; i++)
        {
            _queue.Enqueue();
        }

        EnqueueOutcome outcome = _queue.Enqueue(LiveQueue.Request());

        Assert.Equal(new EnqueueOutcome(EnqueueStatus.QueueFull, 0, "1000 commands are pending; Queue:MaxPendingCount allows 1000."), outcome);
        Assert.Equal(1_000, _queue.State.LastSeq);
    }

    [Fact]
    public void A_leased_command_takes_no_place_in_a_full_queue()
    {
        _queue.Policy = _queue.Policy with { MaxPendingCount = 1 };
        _queue.Enqueue();
        _queue.Poll();

        Assert.Equal(2, _queue.Enqueue());
        Assert.Equal(EnqueueStatus.QueueFull, _queue.Enqueue(LiveQueue.Request()).Status);
    }

    [Fact]
    public void A_command_that_replaces_another_finds_a_place_in_a_full_queue()
    {
        _queue.Policy = _queue.Policy with { MaxPendingCount = 1 };
        _queue.Enqueue(task: "t");

        Assert.Equal(2, _queue.Enqueue("STOP", "t", supersedes: true));
        Assert.Equal(1, _queue.State.PendingCount);
    }

    [Fact]
    public void A_refused_enqueue_replaces_nothing()
    {
        _queue.Enqueue(task: "t");
        _queue.Enqueue(task: "other");
        _queue.Policy = _queue.Policy with { MaxPendingCount = 1 };

        Assert.Equal(EnqueueStatus.QueueFull, _queue.Enqueue(LiveQueue.Request("STOP") with { TaskId = "t", SupersedesTask = true }).Status);
        Assert.Equal(CommandState.Pending, _queue[1].State);
    }

    [Fact]
    public void A_full_history_refuses_and_says_what_will_make_room()
    {
        _queue.Policy = _queue.Policy with { MaxHistoryCount = 2 };
        _queue.Cancel(_queue.Enqueue());
        _queue.Cancel(_queue.Enqueue());

        Assert.Equal(
            new EnqueueOutcome(EnqueueStatus.HistoryFull, 0, "2 ended commands are kept; Queue:MaxHistoryCount allows 2 until Queue:HistoryRetention removes some."),
            _queue.Enqueue(LiveQueue.Request()));
    }

    [Fact]
    public void One_below_the_history_limit_is_taken()
    {
        _queue.Policy = _queue.Policy with { MaxHistoryCount = 2 };
        _queue.Cancel(_queue.Enqueue());

        Assert.Equal(2, _queue.Enqueue());
    }
}
