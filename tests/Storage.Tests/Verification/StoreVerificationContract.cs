using System.Collections.Immutable;
using CommandBroker.Core;
using CommandBroker.Storage.Verification;
using Xunit;
using static CommandBroker.Storage.Verification.StoreInvariant;

namespace CommandBroker.Storage.Tests;

/// <summary>Every rule of the verification, each with a store that breaks it and nothing else.</summary>
/// <remarks>
/// Of source server <c>a</c>, number 1: command 1 succeeded and has a key, 2 is leased and has a key, 3 is pending. <c>blue/b</c> has one
/// pending command and stays sound.
/// </remarks>
public abstract class StoreVerificationContract(StoreFixture fixture) : IAsyncLifetime
{
    protected StoreFixture Fixture => fixture;

    public async Task InitializeAsync()
    {
        await fixture.OpenAsync();
        await LiveAsync("a", ("one", true), ("two", true), (null, false));
        await LiveAsync("blue/b", (null, false));
    }

    public Task DisposeAsync() => fixture.DisposeAsync().AsTask();

    [StoreFact]
    public async Task A_store_that_only_the_broker_wrote_is_sound()
    {
        await RedriveAsync("c");
        await fixture.Commands.PurgeAsync(Samples.Noon.AddMinutes(1), 10);
        await fixture.Sources.RegisterAsync(Samples.Server("empty"), 100);

        (StoreVerdict verdict, List<StoreFinding> findings) = await VerifyAsync();

        Assert.Empty(findings);
        Assert.Equal((4, 4, 4, 1), (verdict.SourceServerCount, verdict.CommandCount, verdict.OpenCount, verdict.RemovedCount));
    }

    [StoreFact]
    public Task A_command_that_is_gone_is_missed() =>
        FindsAsync("DELETE FROM command WHERE source_no = 1 AND seq = 1", (NothingIsLost, null, "1 commands are missing"));

    [StoreFact]
    public Task A_command_of_a_source_server_that_is_not_there_is_found() =>
        FindsAsync("UPDATE command SET source_no = 999 WHERE source_no = 1 AND seq = 1", (NothingIsLost, null, "1 commands are missing"), (NothingIsLost, null, "number 999"));

    [StoreFact]
    public Task More_commands_than_numbers_are_noticed() =>
        FindsAsync("UPDATE source_server SET removed_count = 2 WHERE source_no = 1", (NumbersAreUnique, null, "2 commands are too many"));

    [StoreFact]
    public Task An_open_command_of_a_deleted_source_server_is_noticed() =>
        FindsAsync("UPDATE source_server SET deleted_at = 1 WHERE source_no = 1" + AlsoUncount, (EverythingIsDelivered, null, "2 commands are open"));

    [StoreFact]
    public Task An_open_command_that_is_marked_as_ended_is_noticed() =>
        FindsAsync("UPDATE command SET ended_at = 1 WHERE source_no = 1 AND seq = 3", (EverythingIsDelivered, 3, "another end"));

    [StoreFact]
    public Task A_lease_without_an_end_is_noticed() =>
        FindsAsync("UPDATE command SET leased_until = NULL WHERE source_no = 1 AND seq = 2", (LeasesHold, 2, "no instant says until when"));

    [StoreFact]
    public Task A_lease_on_a_command_that_waits_is_noticed() =>
        FindsAsync("UPDATE command SET state = 0 WHERE source_no = 1 AND seq = 2", (LeasesHold, 2, "has a lease"));

    [StoreFact]
    public Task A_lease_that_was_never_handed_out_is_noticed() =>
        FindsAsync("UPDATE command SET delivery_count = 0 WHERE source_no = 1 AND seq = 2", (LeasesHold, 2, "no delivery is counted"));

    [StoreFact]
    public async Task Deliveries_beyond_the_limit_are_noticed()
    {
        await fixture.ExecuteAsync("UPDATE command SET delivery_count = 11 WHERE source_no = 1 AND seq = 2");

        Assert.Empty((await VerifyAsync()).Findings);
        AssertFound((await VerifyAsync(maxDeliveryCount: 10)).Findings, (LeasesHold, 2, "11 times; 10 are allowed"));
    }

    [StoreFact]
    public Task A_result_that_contradicts_the_state_is_noticed() =>
        FindsAsync("UPDATE command SET state = 3 WHERE source_no = 1 AND seq = 1", (ResultsAreFinal, 1, "no fail was reported"));

    [StoreFact]
    public Task A_result_of_a_command_that_nobody_reported_is_noticed() =>
        FindsAsync("UPDATE command SET state = 6 WHERE source_no = 1 AND seq = 1", (ResultsAreFinal, 1, "Success was reported"));

    [StoreFact]
    public async Task An_end_that_does_not_say_who_and_why_is_noticed()
    {
        StoredQueue queue = await fixture.LoadAsync("a");
        Command pending = queue.State.Find(3)!;
        Command silent = Samples.Ended(pending);
        silent = silent with { Outcome = silent.Outcome! with { EndedBy = "" } };
        await fixture.Commands.CommitAsync(new QueueCommit { SourceNo = queue.SourceNo, Commands = [silent] });

        AssertFound((await VerifyAsync()).Findings, (NothingIsLost, 3, "does not say who"));
    }

    [StoreFact]
    public Task A_key_beside_the_command_that_is_another_is_noticed() =>
        FindsAsync(ChangeKeyOfFirst("other"), (KeysAreUnique, 1, "another one"));

    [StoreFact]
    public Task A_key_that_is_used_twice_is_noticed() =>
        FindsAsync(LiftUniqueKey + ChangeKeyOfFirst("two"), (KeysAreUnique, 1, "another one"), (KeysAreUnique, null, "same idempotency key"));

    [StoreFact]
    public Task A_number_that_is_used_twice_is_noticed() =>
        FindsAsync(UseANumberTwice, (NumbersAreUnique, null, "two rows"), (NumbersAreUnique, null, "too many"));

    [StoreFact]
    public Task A_state_that_is_none_is_noticed() =>
        FindsAsync("UPDATE command SET state = 77 WHERE source_no = 1 AND seq = 3", (EverythingIsReadable, 3, "its state is 77"));

    [StoreFact]
    public Task An_instant_that_is_none_is_noticed() =>
        FindsAsync("UPDATE command SET delivered_at = -1 WHERE source_no = 1 AND seq = 2", (EverythingIsReadable, 2, "-1 ticks"));

    [StoreFact]
    public Task A_payload_that_is_gone_is_noticed() =>
        FindsAsync("UPDATE command SET payload = NULL WHERE source_no = 1 AND seq = 3", (EverythingIsReadable, 3, "NULL"));

    [StoreFact]
    public async Task A_flipped_bit_of_a_payload_is_noticed_and_it_says_that_nobody_knows_yet()
    {
        await fixture.DamageAsync(1, 3, payload => [.. payload[..^1], (byte)(payload[^1] ^ 1)]);

        AssertFound((await VerifyAsync()).Findings, (EverythingIsReadable, 3, "it is not marked as quarantined"));
        await Assert.ThrowsAsync<UnreadableRowException>(() => fixture.LoadAsync("a"));
        Assert.DoesNotContain("not marked", Assert.Single((await VerifyAsync()).Findings).Found, StringComparison.Ordinal);
    }

    [StoreFact]
    public Task A_mark_of_quarantine_without_a_reason_is_noticed() =>
        FindsAsync("UPDATE source_server SET quarantine_reason = 'x' WHERE source_no = 1", (EverythingIsReadable, null, "everything can be read"));

    [StoreFact]
    public async Task Findings_of_one_source_server_are_bounded_and_all_are_counted()
    {
        StoredQueue queue = await fixture.RegisterAsync("many");
        await fixture.Commands.CommitAsync(new QueueCommit
        {
            SourceNo = queue.SourceNo, Commands = [.. Enumerable.Range(1, 50).Select(seq => Samples.Pending(seq))],
        });
        await fixture.ExecuteAsync($"UPDATE command SET state = 77 WHERE source_no = {queue.SourceNo}");

        (StoreVerdict verdict, List<StoreFinding> findings) = await VerifyAsync();

        Assert.Equal((20, 50, 1), (findings.Count, verdict.FindingCount, verdict.FaultySourceServerCount));
    }

    [StoreFact]
    public async Task More_source_servers_than_a_page_holds_are_all_read()
    {
        for (int server = 0; server < 1_100; server++)
        {
            await fixture.Sources.RegisterAsync(Samples.Server($"s{server}"), 10_000);
        }

        Assert.Equal((1_102, 0), ((await VerifyAsync()).Verdict.SourceServerCount, (await VerifyAsync()).Verdict.FindingCount));
    }

    /// <summary>Makes the project's count right again where there is one.</summary>
    protected virtual string AlsoUncount => "";

    /// <summary>Takes away what keeps a key from being used twice.</summary>
    protected virtual string LiftUniqueKey => "";

    /// <summary>Changes the key of command 1 in the column beside the command.</summary>
    protected abstract string ChangeKeyOfFirst(string key);

    /// <summary>Adds a pending command with the number of another one.</summary>
    protected abstract string UseANumberTwice { get; }

    protected async Task FindsAsync(string spoil, params (StoreInvariant Invariant, long? Seq, string Found)[] expected)
    {
        Assert.Empty((await VerifyAsync()).Findings);
        await fixture.ExecuteAsync(spoil);
        AssertFound((await VerifyAsync()).Findings, expected);
    }

    protected async Task<(StoreVerdict Verdict, List<StoreFinding> Findings)> VerifyAsync(int? maxDeliveryCount = null)
    {
        var verifier = new StoreVerifier(StoreLocation.Parse(fixture.Location), maxDeliveryCount);
        List<StoreFinding> findings = [];
        await foreach (StoreFinding finding in verifier.FindAsync(CancellationToken.None))
        {
            findings.Add(finding);
        }

        return (verifier.Verdict, findings);
    }

    /// <summary>Everything expected was found of source server <c>a</c>, or of none, and nothing of another kind.</summary>
    private static void AssertFound(List<StoreFinding> findings, params (StoreInvariant Invariant, long? Seq, string Found)[] expected)
    {
        foreach ((StoreInvariant invariant, long? seq, string found) in expected)
        {
            Assert.Contains(findings, finding => finding.Invariant == invariant && (seq is null || finding.Seq == seq)
                && finding.Source is "a" or null && finding.Found.Contains(found, StringComparison.Ordinal));
        }

        Assert.All(findings, finding => Assert.Contains(finding.Invariant, expected.Select(one => one.Invariant)));
    }

    /// <summary>Enqueues as many; hands out those before the last one when told; the first one's report comes.</summary>
    private async Task LiveAsync(string key, params (string? Key, bool IsHandedOut)[] commands)
    {
        StoredQueue queue = await fixture.RegisterAsync(key);
        QueueState state = queue.State;
        var policy = new QueuePolicy();
        foreach ((string? idempotencyKey, _) in commands)
        {
            state = await WriteAsync(queue, CommandQueue.Enqueue(state, Request(idempotencyKey), policy, Samples.Noon));
        }

        foreach (bool _ in commands.Where(command => command.IsHandedOut).Select(command => command.IsHandedOut))
        {
            state = await WriteAsync(queue, CommandQueue.Poll(state, policy, Samples.Noon));
        }

        if (commands[0].IsHandedOut)
        {
            var report = new ReportRequest { Name = "START", Result = ReportResult.Success, ResultDetail = "{}", Seq = 1, Actor = "agent" };
            await WriteAsync(queue, CommandQueue.Report(state, report, [], Samples.Noon));
        }
    }

    /// <summary>An open command below an ended one, as only a redrive makes it.</summary>
    private async Task RedriveAsync(string key)
    {
        StoredQueue queue = await fixture.RegisterAsync(key);
        var policy = new QueuePolicy { MaxDeliveries = 1, VisibilityTimeout = TimeSpan.FromSeconds(1) };
        QueueState state = await WriteAsync(queue, CommandQueue.Enqueue(queue.State, Request(null), policy, Samples.Noon));
        state = await WriteAsync(queue, CommandQueue.Poll(state, policy, Samples.Noon));
        state = await WriteAsync(queue, CommandQueue.Poll(state, policy, Samples.Noon.AddHours(1)));
        Command dead = (await fixture.Commands.FindAsync(queue.SourceNo, 1))!;
        await WriteAsync(queue, CommandQueue.Redrive(state, 1, dead, policy, Samples.Noon.AddHours(1)));
    }

    private async Task<QueueState> WriteAsync<T>(StoredQueue queue, Transition<T> transition)
    {
        Assert.Equal(CommitStatus.Committed, await fixture.Commands.CommitAsync(new QueueCommit
        {
            SourceNo = queue.SourceNo, Commands = transition.Changes, OpenFrom = transition.State.FirstOpenSeq,
        }));
        return transition.State;
    }

    private static EnqueueRequest Request(string? key) => new() { Name = "START", Param = "{}", IdempotencyKey = key, Actor = "operator" };
}
