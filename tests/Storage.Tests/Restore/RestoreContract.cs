using System.Collections.Immutable;
using CommandBroker.Core;
using CommandBroker.Storage.Verification;
using Xunit;

namespace CommandBroker.Storage.Tests;

/// <summary>What a store that was put back from a backup promises: no number is given out a second time, and everything else is as it was.</summary>
public abstract class RestoreContract(StoreFixture fixture) : IAsyncLifetime
{
    protected static readonly DateTimeOffset Restored = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);

    protected StoreFixture Fixture => fixture;

    public Task InitializeAsync() => fixture.OpenAsync();

    public Task DisposeAsync() => fixture.DisposeAsync().AsTask();

    [StoreFact]
    public async Task Numbers_go_on_above_all_that_may_have_been_given_out_and_the_sums_stay_right()
    {
        StoredQueue queue = await EnqueueAsync(await fixture.RegisterAsync("a"), 3);

        await RaiseAsync(Restored);

        QueueState raised = (await fixture.LoadAsync("a")).State;
        Assert.Equal((Micros(Restored), 0, 0, 3), (raised.LastSeq, raised.HistoryCount, raised.RemovedCount, raised.Open.Length));
        Assert.Equal(Micros(Restored) + 1, (await EnqueueAsync(queue with { State = raised }, 1)).State.LastSeq);
        await AssertSoundAsync(commands: 4);
    }

    [StoreFact]
    public async Task A_source_server_that_is_registered_after_the_restore_counts_from_there_too()
    {
        await RaiseAsync(Restored);

        StoredQueue queue = await EnqueueAsync(await fixture.RegisterAsync("new"), 1);

        Assert.Equal(Micros(Restored) + 1, queue.State.LastSeq);
        Assert.Equal(0, queue.State.HistoryCount);
        await AssertSoundAsync(commands: 1);
    }

    [StoreFact]
    public async Task A_later_restore_goes_on_above_an_earlier_one()
    {
        StoredQueue queue = await EnqueueAsync(await fixture.RegisterAsync("a"), 1);
        await RaiseAsync(Restored);
        await EnqueueAsync(await fixture.LoadAsync("a"), 5);

        await RaiseAsync(Restored.AddSeconds(1));

        Assert.Equal(Micros(Restored.AddSeconds(1)), (await fixture.LoadAsync("a")).State.LastSeq);
        await AssertSoundAsync(commands: 6);
        Assert.Equal(6, (await fixture.LoadAsync("a")).State.Open.Length);
        Assert.NotNull(await fixture.Commands.FindAsync(queue.SourceNo, Micros(Restored) + 5));
    }

    [StoreFact]
    public async Task A_clock_behind_an_earlier_restore_is_refused_and_changes_nothing()
    {
        await fixture.RegisterAsync("a");
        await RaiseAsync(Restored);

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => RaiseAsync(Restored.AddSeconds(-1)));

        Assert.Contains("Set the clock right", refused.Message, StringComparison.Ordinal);
        Assert.Equal(Micros(Restored), (await fixture.LoadAsync("a")).State.LastSeq);
    }

    [StoreFact]
    public async Task A_restart_on_the_same_store_changes_no_number()
    {
        await EnqueueAsync(await fixture.RegisterAsync("a"), 2);

        await fixture.ReopenAsync();
        await fixture.ReopenAsync();

        Assert.Equal(2, (await fixture.LoadAsync("a")).State.LastSeq);
    }

    [StoreFact]
    public async Task A_store_that_a_broker_has_open_is_refused()
    {
        await fixture.RegisterAsync("a");
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(
            () => StoreMaintenance.RaiseNumbersAsync(StoreLocation.Parse(fixture.Location), Restored, CancellationToken.None));

        Assert.Contains("broker", refused.Message, StringComparison.Ordinal);
    }

    protected static long Micros(DateTimeOffset instant) => (instant - DateTimeOffset.UnixEpoch).Ticks / 10;

    /// <summary>As <c>cbroker admin restored</c> does it: with the broker stopped.</summary>
    protected async Task RaiseAsync(DateTimeOffset now)
    {
        await fixture.Database.DisposeAsync();
        try
        {
            await StoreMaintenance.RaiseNumbersAsync(StoreLocation.Parse(fixture.Location), now, CancellationToken.None);
        }
        finally
        {
            await fixture.ReopenAsync();
        }
    }

    protected async Task<StoredQueue> EnqueueAsync(StoredQueue queue, int count)
    {
        for (int enqueued = 0; enqueued < count; enqueued++)
        {
            Transition<EnqueueOutcome> enqueue = CommandQueue.Enqueue(
                queue.State, new EnqueueRequest { Name = "START", Param = "{}", Actor = "operator" }, new QueuePolicy(), Samples.Noon);
            Assert.Equal(CommitStatus.Committed, await fixture.Commands.CommitAsync(
                new QueueCommit { SourceNo = queue.SourceNo, Commands = enqueue.Changes, OpenFrom = enqueue.State.FirstOpenSeq }));
            queue = queue with { State = enqueue.State };
        }

        return queue;
    }

    protected async Task AssertSoundAsync(long commands)
    {
        var verifier = new StoreVerifier(StoreLocation.Parse(fixture.Location));
        List<StoreFinding> findings = [];
        await foreach (StoreFinding finding in verifier.FindAsync(CancellationToken.None))
        {
            findings.Add(finding);
        }

        Assert.Empty(findings);
        Assert.Equal(commands, verifier.Verdict.CommandCount);
    }
}
