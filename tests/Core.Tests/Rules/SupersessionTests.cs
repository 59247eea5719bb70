namespace CommandBroker.Core.Tests.Rules;

/// <summary>An enqueue that ends what waits: by the operator's rule, or by its own request.</summary>
public sealed class SupersessionTests
{
    private readonly LiveQueue _queue = new();

    [Fact]
    public void By_default_an_enqueue_ends_nothing()
    {
        _queue.Enqueue("START", "t");
        _queue.Enqueue("STOP", "t");

        Assert.Equal(2, _queue.State.PendingCount);
    }

    [Fact]
    public void A_rule_ends_the_named_commands_of_the_task_in_the_same_commit_and_names_the_successor()
    {
        _queue.Policy = _queue.Policy with { Supersede = SupersessionRules.Parse("STOP>START") };
        _queue.Enqueue("START", "t");
        _queue.Enqueue("SYNC", "t");
        _queue.Enqueue("START", "other");
        _queue.Enqueue("START");
        _queue.Enqueue("STOP", "t");

        Assert.Equal([1L, 5], _queue.Changes.Select(change => change.Seq));
        Assert.Equal([2L, 3, 4, 5], _queue.State.Open.Select(command => command.Seq));
        Assert.Equal(CommandState.Superseded, _queue[1].State);
        Assert.Equal(
            new Outcome
            {
                EndedAt = _queue.Now,
                EndedBy = "operator",
                Reason = "Replaced by command 5 (STOP) of the same task before it was handed out.",
                SupersededBy = 5,
            },
            _queue[1].Outcome);
    }

    [Fact]
    public void By_request_all_waiting_commands_of_the_task_end()
    {
        _queue.Enqueue("START", "t");
        _queue.Enqueue("SYNC", "t", priority: 5);
        _queue.Enqueue("STOP", "t", supersedes: true);

        Assert.Equal(3, Assert.Single(_queue.State.Open).Seq);
    }

    [Fact]
    public void Without_a_task_a_request_ends_nothing()
    {
        _queue.Enqueue("START");
        _queue.Enqueue("STOP", supersedes: true);

        Assert.Equal(2, _queue.State.PendingCount);
    }

    [Fact]
    public void What_an_agent_has_seen_is_never_touched_leased_lapsed_or_released()
    {
        _queue.Enqueue("A", "t");
        _queue.Enqueue("B", "t");
        _queue.Poll();
        _queue.Poll();
        _queue.Release(2, 1);
        _queue.Enqueue("STOP", "t", supersedes: true);

        Assert.Equal([CommandState.Leased, CommandState.Pending, CommandState.Pending], _queue.State.Open.Select(command => command.State));
    }
}
