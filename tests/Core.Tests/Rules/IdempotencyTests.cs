namespace CommandBroker.Core.Tests.Rules;

public sealed class IdempotencyTests
{
    private static readonly EnqueueRequest Keyed = LiveQueue.Request() with { IdempotencyKey = "key", TimeToLive = TimeSpan.FromSeconds(90) };
    private readonly LiveQueue _queue = new();

    [Fact]
    public void The_same_key_and_body_answer_with_the_first_number_and_write_nothing()
    {
        _queue.Enqueue(Keyed);

        Assert.Equal(new EnqueueOutcome(EnqueueStatus.WasThere, 1), _queue.Enqueue(Keyed));
        Assert.Empty(_queue.Changes);
    }

    [Fact]
    public void The_answer_is_the_same_while_leased_and_after_the_end()
    {
        _queue.Enqueue(Keyed);
        _queue.Poll();
        Assert.Equal(new EnqueueOutcome(EnqueueStatus.WasThere, 1), _queue.Enqueue(Keyed));

        _queue.Report(1);
        Assert.Equal(new EnqueueOutcome(EnqueueStatus.WasThere, 1), _queue.Enqueue(Keyed));
    }

    [Fact]
    public void A_full_queue_still_answers_a_repeated_enqueue()
    {
        _queue.Policy = _queue.Policy with { MaxPendingCount = 1 };
        _queue.Enqueue(Keyed);

        Assert.Equal(EnqueueStatus.WasThere, _queue.Enqueue(Keyed).Status);
    }

    [Fact]
    public void The_same_key_with_another_body_is_refused_whatever_differs()
    {
        _queue.Enqueue(Keyed);
        EnqueueRequest[] others =
        [
            Keyed with { Name = "STOP" },
            Keyed with { Param = """{"a":1}""" },
            Keyed with { Priority = 1 },
            Keyed with { NotBeforeAt = _queue.Now },
            Keyed with { TimeToLive = TimeSpan.FromSeconds(91) },
            Keyed with { TimeToLive = null },
            Keyed with { SupersedesTask = true },
        ];

        Assert.All(others, other => Assert.Equal(
            new EnqueueOutcome(EnqueueStatus.KeyConflict, 0, "The idempotency key was used for command 1 with another body; use a new key for another command."),
            _queue.Enqueue(other)));
        Assert.Equal(1, _queue.State.LastSeq);
    }

    [Fact]
    public void A_body_that_leaves_the_time_to_live_to_the_default_is_the_same_body_the_second_time()
    {
        _queue.Policy = _queue.Policy with { DefaultTimeToLive = TimeSpan.FromHours(1) };
        EnqueueRequest request = Keyed with { TimeToLive = null };
        _queue.Enqueue(request);

        Assert.Equal(EnqueueStatus.WasThere, _queue.Enqueue(request).Status);
    }

    [Fact]
    public void It_is_the_same_body_also_after_the_default_has_changed()
    {
        EnqueueRequest request = Keyed with { TimeToLive = null };
        foreach (TimeSpan? later in new TimeSpan?[] { TimeSpan.FromHours(1), TimeSpan.FromHours(2), null, TimeSpan.FromHours(3) })
        {
            Assert.NotEqual(EnqueueStatus.KeyConflict, _queue.Enqueue(request).Status);
            _queue.Policy = _queue.Policy with { DefaultTimeToLive = later };
            Assert.NotEqual(EnqueueStatus.KeyConflict, _queue.Enqueue(request with { IdempotencyKey = "second" }).Status);
        }

        Assert.Equal(EnqueueStatus.KeyConflict, _queue.Enqueue(request with { IdempotencyKey = "second", TimeToLive = TimeSpan.FromHours(1) }).Status);
    }

    [Fact]
    public void The_body_is_the_same_with_every_value_set_and_with_none()
    {
        EnqueueRequest all = Keyed with { TaskId = "t", Priority = -3, NotBeforeAt = _queue.Now.AddSeconds(5), SupersedesTask = true };
        EnqueueRequest none = LiveQueue.Request() with { IdempotencyKey = "other" };
        _queue.Enqueue(all);
        _queue.Enqueue(none);

        Assert.Equal(new EnqueueOutcome(EnqueueStatus.WasThere, 1), _queue.Enqueue(all));
        Assert.Equal(new EnqueueOutcome(EnqueueStatus.WasThere, 2), _queue.Enqueue(none));
        Assert.Equal(EnqueueStatus.KeyConflict, _queue.Enqueue(all with { NotBeforeAt = _queue.Now.AddSeconds(6) }).Status);
        Assert.Equal(EnqueueStatus.KeyConflict, _queue.Enqueue(none with { TimeToLive = TimeSpan.FromSeconds(1) }).Status);
    }

    [Fact]
    public void Another_key_or_none_is_another_command()
    {
        _queue.Enqueue(Keyed);

        Assert.Equal(EnqueueStatus.Enqueued, _queue.Enqueue(Keyed with { IdempotencyKey = "Key" }).Status);
        Assert.Equal(EnqueueStatus.Enqueued, _queue.Enqueue(Keyed with { IdempotencyKey = null }).Status);
        Assert.Equal(EnqueueStatus.Enqueued, _queue.Enqueue(Keyed with { IdempotencyKey = null }).Status);
    }
}
