using Xunit;

namespace CommandBroker.History.Tests;

/// <summary>Each test is a broker with one fault. A checker that lets it pass would let the fault pass in a real run.</summary>
public sealed class SpoiltHistoryTests
{
    private readonly RunBuilder _run = RunBuilder.Clean();

    [Fact]
    public void Broker_that_acknowledges_before_the_commit_is_caught()
    {
        _run.Enqueue(6);

        AssertCaught(ViolationKind.Lost);
    }

    [Fact]
    public void Broker_that_deletes_on_poll_is_caught()
    {
        _run.Enqueue(6);
        _run.Poll(6);

        AssertCaught(ViolationKind.Lost);
    }

    [Fact]
    public void Broker_that_reads_an_unreadable_queue_as_empty_is_caught()
    {
        _run.Finals.Clear();

        AssertCaught(ViolationKind.Lost);
    }

    [Fact]
    public void Broker_that_ends_as_delivered_what_it_never_sent_is_caught()
    {
        _run.Enqueue(6);
        _run.Ends(6, null, state: "superseded");

        AssertCaught(ViolationKind.DeliveryCount);
    }

    [Fact]
    public void Broker_that_ends_what_was_never_sent_by_the_report_of_another_is_caught()
    {
        _run.Enqueue(6);
        _run.Report(6);
        _run.Ends(6, "success", deliveries: 0);

        AssertCaught(ViolationKind.DeliveryCount);
    }

    [Fact]
    public void Broker_that_makes_commands_up_is_caught()
    {
        _run.Ends(6, null, state: "cancelled");

        AssertCaught(ViolationKind.Invented);
    }

    [Fact]
    public void Broker_that_keeps_what_it_refused_is_caught()
    {
        _run.Enqueue(6, EntryKind.Fail);
        _run.Ends(6, null, state: "cancelled");

        AssertCaught(ViolationKind.Invented);
    }

    [Fact]
    public void Broker_that_changes_a_payload_is_caught()
    {
        _run.ReplaceEntry(CallKind.Poll, EntryKind.Ok, 2, entry => entry with { Hash = "other" });

        AssertCaught(ViolationKind.Invented);
    }

    [Fact]
    public void Broker_without_idempotency_is_caught()
    {
        _run.Enqueue(6, key: "key-1", hash: RunBuilder.HashOf(1));
        _run.Ends(6, null, state: "cancelled");
        _run.ReplaceFinal(6, final => final with { Key = "key-1", Hash = RunBuilder.HashOf(1) });

        AssertCaught(ViolationKind.DuplicatedKey);
    }

    [Fact]
    public void Broker_that_takes_another_body_under_the_same_key_is_caught()
    {
        _run.Enqueue(1, key: "key-1", hash: "other");

        AssertCaught(ViolationKind.DuplicatedKey);
    }

    [Fact]
    public void Broker_without_a_unique_number_is_caught()
    {
        _run.Enqueue(5, key: "key-6", hash: "other");

        AssertCaught(ViolationKind.Sequence);
    }

    [Fact]
    public void Broker_whose_numbers_fall_after_a_restart_is_caught()
    {
        _run.Enqueue(7);
        _run.Enqueue(6);
        _run.Ends(6, null, state: "cancelled");
        _run.Ends(7, null, state: "cancelled");

        AssertCaught(ViolationKind.Sequence);
    }

    [Fact]
    public void Broker_that_delivers_a_later_command_first_is_caught()
    {
        _run.Enqueue(6);
        _run.Enqueue(7);
        _run.Poll(7);
        _run.Poll(6);
        _run.Ends(6, null, state: "dead_lettered");
        _run.Ends(7, null, state: "dead_lettered");

        AssertCaught(ViolationKind.Order);
    }

    [Fact]
    public void Broker_that_delivers_a_later_command_first_is_caught_though_a_poll_long_ago_was_not_answered()
    {
        _run.Poll(6, outcome: EntryKind.Info);
        _run.Wait(TimeSpan.FromMinutes(2));
        _run.Enqueue(6);
        _run.Enqueue(7);
        _run.Poll(7);
        _run.Poll(6);
        _run.Ends(6, null, state: "dead_lettered");
        _run.Ends(7, null, state: "dead_lettered");

        AssertCaught(ViolationKind.Order);
    }

    [Fact]
    public void Broker_that_redelivers_behind_a_later_command_of_the_task_is_caught()
    {
        _run.Wait(RunBuilder.Lease);
        _run.Poll(3, delivery: 3, task: "task");
        _run.ReplaceFinal(3, final => final with { DeliveryCount = 3 });

        AssertCaught(ViolationKind.Order);
    }

    [Fact]
    public void Broker_that_forgets_a_lease_is_caught()
    {
        _run.Enqueue(6);
        _run.Poll(6);
        _run.Poll(6, delivery: 2);
        _run.Ends(6, null, deliveries: 2, state: "dead_lettered");

        AssertCaught(ViolationKind.OverlappingLease);
    }

    [Fact]
    public void Wrong_clock_excuses_a_lease_that_ended_early_and_nothing_else()
    {
        var run = new RunBuilder { Limits = _run.Limits with { WrongClocks = [(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(20))] } };
        run.Enqueue(1);
        run.Wait(TimeSpan.FromSeconds(15));
        run.Poll(1);
        run.Poll(1, delivery: 2);
        run.Ends(1, null, deliveries: 2, state: "dead_lettered");
        Assert.Empty(run.Check().Violations);

        run.Wait(TimeSpan.FromSeconds(15));
        run.Poll(1, delivery: 2);
        run.Poll(1, delivery: 3);
        run.ReplaceFinal(1, final => final with { DeliveryCount = 3 });

        Assert.Equal([ViolationKind.OverlappingLease, ViolationKind.DeliveryCount], run.Check().Violations.Select(violation => violation.Kind).Order());
    }

    [Fact]
    public void Broker_that_does_not_count_a_delivery_is_caught()
    {
        _run.ReplaceEntry(CallKind.Poll, EntryKind.Ok, 3, entry => entry with { Delivery = 2 });

        AssertCaught(ViolationKind.DeliveryCount);
    }

    [Fact]
    public void Broker_that_delivers_beyond_the_limit_is_caught()
    {
        _run.Enqueue(6);
        for (int delivery = 1; delivery <= 4; delivery++)
        {
            _run.Poll(6, delivery);
            _run.Wait(RunBuilder.Lease);
        }

        _run.Ends(6, null, deliveries: 4, state: "dead_lettered");

        AssertCaught(ViolationKind.DeliveryCount);
    }

    [Fact]
    public void Broker_that_accepts_two_results_is_caught()
    {
        _run.Report(1, "fail");

        AssertCaught(ViolationKind.ContradictingResults);
    }

    [Fact]
    public void Broker_that_makes_a_result_up_is_caught()
    {
        _run.Enqueue(6);
        _run.Poll(6);
        _run.Ends(6, "success");

        AssertCaught(ViolationKind.ContradictingResults);
    }

    [Fact]
    public void Broker_that_forgets_a_report_is_caught()
    {
        _run.ReplaceFinal(1, final => final with { State = "dead_lettered", Result = null });

        AssertCaught(ViolationKind.LostReport);
    }

    [Fact]
    public void Broker_that_never_offers_a_command_again_is_caught()
    {
        _run.Enqueue(6);
        _run.Poll(6);
        _run.Ends(6, null, state: "leased");

        AssertCaught(ViolationKind.NotDrained);
    }

    [Fact]
    public void Broker_whose_interface_and_store_differ_is_caught()
    {
        FinalRead store = new("sql", [.. _run.Finals.Select(final => final.CommandId == 2 ? final with { State = "cancelled" } : final)]);

        Assert.Contains(_run.Check(store).Violations, violation => violation.Kind == ViolationKind.Disagreement);
    }

    private void AssertCaught(ViolationKind kind) => Assert.Contains(_run.Check().Violations, violation => violation.Kind == kind);
}
