namespace CommandBroker.Core.Tests.Rules;

/// <summary>Each limit of one command: the limit itself is taken, one more is refused, with the exact text.</summary>
public sealed class EnqueueLimitTests
{
    private readonly LiveQueue _queue = new();

    [Fact]
    public void A_name_has_1_to_255_characters()
    {
        Taken(LiveQueue.Request("a"));
        Taken(LiveQueue.Request(new string('a', 255)));
        Refused(LiveQueue.Request(new string('a', 256)), "command_name has 256 characters; 1 to 255 are allowed.");
        Refused(LiveQueue.Request(""), "command_name has 0 characters; 1 to 255 are allowed.");
    }

    [Fact]
    public void A_task_id_has_at_most_255_characters()
    {
        Taken(LiveQueue.Request() with { TaskId = new string('t', 255) });
        Refused(LiveQueue.Request() with { TaskId = new string('t', 256) }, "task_id has 256 characters; 255 are allowed.");
    }

    [Fact]
    public void An_idempotency_key_has_1_to_255_characters()
    {
        Taken(LiveQueue.Request() with { IdempotencyKey = "k" });
        Taken(LiveQueue.Request() with { IdempotencyKey = new string('k', 255) });
        Refused(LiveQueue.Request() with { IdempotencyKey = new string('k', 256) }, "The idempotency key has 256 characters; 1 to 255 are allowed.");
        Refused(LiveQueue.Request() with { IdempotencyKey = "" }, "The idempotency key has 0 characters; 1 to 255 are allowed.");
    }

    [Fact]
    public void A_priority_is_minus_100_to_100()
    {
        Taken(LiveQueue.Request() with { Priority = 100 });
        Taken(LiveQueue.Request() with { Priority = -100 });
        Refused(LiveQueue.Request() with { Priority = 101 }, "priority is 101; -100 to 100 are allowed.");
        Refused(LiveQueue.Request() with { Priority = -101 }, "priority is -101; -100 to 100 are allowed.");
    }

    [Fact]
    public void A_time_to_live_is_more_than_zero_and_at_most_ten_years()
    {
        Taken(LiveQueue.Request() with { TimeToLive = TimeSpan.FromTicks(1) });
        Taken(LiveQueue.Request() with { TimeToLive = TimeSpan.FromDays(3650) });
        Refused(LiveQueue.Request() with { TimeToLive = TimeSpan.Zero }, "time_to_live is 0s; more than zero, at most 3650 days, is allowed.");
        Refused(LiveQueue.Request() with { TimeToLive = TimeSpan.FromSeconds(-1) }, "time_to_live is -1s; more than zero, at most 3650 days, is allowed.");
        Refused(
            LiveQueue.Request() with { TimeToLive = TimeSpan.FromDays(3650) + TimeSpan.FromTicks(1) },
            "time_to_live is 315360000.0000001s; more than zero, at most 3650 days, is allowed.");
    }

    [Fact]
    public void The_parameter_is_measured_in_bytes_of_UTF_8()
    {
        _queue.Policy = _queue.Policy with { MaxParamBytes = 10 };

        Taken(LiveQueue.Request() with { Param = """{"a":"é"}""" });
        Refused(LiveQueue.Request() with { Param = """{"a":"éé"}""" }, "command_param is 12 bytes; Queue:MaxParamBytes allows 10.");
    }

    [Fact]
    public void The_default_limit_of_the_parameter_is_65_536_bytes()
    {
        _queue.Policy = new QueuePolicy();

        Taken(LiveQueue.Request() with { Param = new string('x', 65_536) });
        Refused(LiveQueue.Request() with { Param = new string('x', 65_537) }, "command_param is 65537 bytes; Queue:MaxParamBytes allows 65536.");
    }

    private void Taken(EnqueueRequest request)
    {
        EnqueueOutcome outcome = _queue.Enqueue(request);

        Assert.Equal(new EnqueueOutcome(EnqueueStatus.Enqueued, _queue.State.LastSeq), outcome);
    }

    private void Refused(EnqueueRequest request, string message)
    {
        EnqueueOutcome outcome = _queue.Enqueue(request);

        Assert.Equal(new EnqueueOutcome(EnqueueStatus.Invalid, 0, message), outcome);
        Assert.Empty(_queue.Changes);
    }
}
