using CommandBroker.Client.Grains;
using CommandBroker.Contracts;
using CommandBroker.Core;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace CommandBroker.Client.Tests;

public sealed class QueueWatchTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly Dictionary<long, CommandView> _ended = [];
    private QueueView _queue = Samples.Queue(0);

    [Fact]
    public async Task The_open_commands_come_first_then_what_changes()
    {
        _queue = Samples.Queue(2, Samples.Command(1), Samples.Command(2));
        await using IAsyncEnumerator<CommandView> watch = Watch();
        long[] first = await NextSeqsAsync(watch, 2);
        Assert.Equal([1, 2], first);

        _queue = Samples.Queue(2, Samples.Command(1), Samples.Command(2, version: 2, CommandState.Leased));

        CommandView changed = await NextAsync(watch);
        Assert.Equal((2, CommandState.Leased), (changed.Seq, changed.State));
    }

    [Fact]
    public async Task A_command_that_was_open_is_told_as_it_ends()
    {
        _queue = Samples.Queue(1, Samples.Command(1));
        await using IAsyncEnumerator<CommandView> watch = Watch();
        await NextAsync(watch);

        _queue = Samples.Queue(1);
        _ended[1] = Samples.Command(1, version: 3, CommandState.Succeeded);

        Assert.Equal(CommandState.Succeeded, (await NextAsync(watch)).State);
    }

    [Fact]
    public async Task A_command_that_was_born_and_ended_between_two_looks_is_not_missed()
    {
        _queue = Samples.Queue(5, Samples.Command(5));
        await using IAsyncEnumerator<CommandView> watch = Watch();
        await NextAsync(watch);

        _queue = Samples.Queue(8, Samples.Command(5), Samples.Command(8));
        _ended[6] = Samples.Command(6, version: 3, CommandState.Succeeded);
        _ended[7] = Samples.Command(7, version: 2, CommandState.Cancelled);

        long[] next = await NextSeqsAsync(watch, 3);
        Assert.Equal([6, 7, 8], next);
    }

    [Fact]
    public async Task What_ended_before_the_watch_began_is_not_told()
    {
        _queue = Samples.Queue(3, Samples.Command(3));
        _ended[1] = Samples.Command(1, version: 3, CommandState.Succeeded);
        await using IAsyncEnumerator<CommandView> watch = Watch();

        Assert.Equal(3, (await NextAsync(watch)).Seq);
    }

    [Fact]
    public async Task A_redriven_command_is_told_again()
    {
        _queue = Samples.Queue(1, Samples.Command(1));
        await using IAsyncEnumerator<CommandView> watch = Watch();
        await NextAsync(watch);
        _queue = Samples.Queue(1);
        _ended[1] = Samples.Command(1, version: 3, CommandState.DeadLettered);
        await NextAsync(watch);

        _queue = Samples.Queue(1, Samples.Command(1, version: 4));

        CommandView again = await NextAsync(watch);
        Assert.Equal((4, CommandState.Pending), (again.Version, again.State));
    }

    private IAsyncEnumerator<CommandView> Watch()
    {
        var client = new GrainCommandBrokerClient(
            FakeGrains.Create((_, method, args) => method == nameof(ISourceServerGrain.ListAsync)
                ? ValueTask.FromResult(_queue)
                : ValueTask.FromResult(_ended.GetValueOrDefault((long)args[0]!))),
            "me",
            Samples.FastRetry,
            _time);
        return client.WatchAsync("web-1").GetAsyncEnumerator();
    }

    // Everything but the timer completes at once, so a pending step means that the watch waits for the clock.
    private async Task<CommandView> NextAsync(IAsyncEnumerator<CommandView> watch)
    {
        ValueTask<bool> step = watch.MoveNextAsync();
        if (!step.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.True(await step.AsTask().WaitAsync(TimeSpan.FromSeconds(30)));
        return watch.Current;
    }

    private async Task<long[]> NextSeqsAsync(IAsyncEnumerator<CommandView> watch, int count)
    {
        var seqs = new long[count];
        for (int i = 0; i < count; i++)
        {
            seqs[i] = (await NextAsync(watch)).Seq;
        }

        return seqs;
    }
}
