using CommandBroker.Storage.Batching;
using Xunit;

namespace CommandBroker.Storage.Tests;

public sealed class BatchLoopTests : IDisposable
{
    private readonly StoreInstruments _instruments = new();
    private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<int> _batchSizes = [];

    public void Dispose() => _instruments.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_queues_while_a_batch_runs_is_the_next_batch(bool ownThread)
    {
        await using BatchedLookup<int, int> lookups = Lookups(ownThread, AnswerBehindGateAsync);
        Task<int> first = lookups.FindAsync(1);
        await _entered.Task;
        Task<int>[] others = [.. Enumerable.Range(2, 5).Select(lookups.FindAsync)];
        _gate.SetResult();

        Assert.Equal(10, await first);
        int[] answers = await Task.WhenAll(others);
        Assert.Equal([20, 30, 40, 50, 60], answers);
        Assert.Equal([1, 5], _batchSizes);
    }

    [Fact]
    public async Task A_batch_is_no_larger_than_its_bound()
    {
        await using BatchedLookup<int, int> lookups = Lookups(false, AnswerBehindGateAsync, maxBatchCount: 2);
        Task<int> first = lookups.FindAsync(1);
        await _entered.Task;
        Task<int>[] others = [.. Enumerable.Range(2, 3).Select(lookups.FindAsync)];
        _gate.SetResult();
        await Task.WhenAll([first, .. others]);

        Assert.Equal([1, 2, 1], _batchSizes);
    }

    [Theory]
    [InlineData(1, 3 * 1024 * 1024)]
    [InlineData(1_500, 0)]
    public async Task A_batch_closes_when_its_items_write_much_together(int rows, long bytes)
    {
        var counts = new List<int>();
        await using var loop = new BatchLoop<Sized>(new BatchLoopOptions { Operation = "test", MaxQueuedCount = 100 }, _instruments, async batch =>
        {
            _entered.TrySetResult();
            await _gate.Task;
            counts.Add(batch.Count);
            batch.ToList().ForEach(item => item.SetResult(0));
        });
        Sized[] items = [new(default), .. Enumerable.Repeat(0, 4).Select(_ => new Sized(new BatchSize(rows, bytes))), new(new BatchSize(1, 100_000_000))];
        loop.Add(items[0]);
        await _entered.Task;
        Array.ForEach(items[1..], loop.Add);
        _gate.SetResult();
        await Task.WhenAll(items.Select(item => item.Task));

        Assert.Equal([1, 2, 2, 1], counts);
    }

    [Fact]
    public async Task One_more_than_the_queue_holds_is_refused()
    {
        await using BatchedLookup<int, int> lookups = Lookups(false, AnswerBehindGateAsync, maxQueuedCount: 2);
        Task<int> running = lookups.FindAsync(1);
        await _entered.Task;
        Task<int>[] accepted = [lookups.FindAsync(2), lookups.FindAsync(3)];

        // With the task, not instead of it: whoever translates a store's faults awaits it.
        Task<int> surplus = lookups.FindAsync(4);
        var refused = await Assert.ThrowsAsync<StoreBusyException>(() => surplus);

        Assert.Contains("2 requests wait", refused.Message, StringComparison.Ordinal);
        _gate.SetResult();
        await Task.WhenAll([running, .. accepted]);
    }

    [Fact]
    public async Task A_fault_ends_its_batch_and_not_the_loop()
    {
        int calls = 0;
        await using BatchedLookup<int, int> lookups = Lookups(false, batch =>
            ++calls == 1 ? throw new StoreUnavailableException("gone") : AnswerAsync(batch));

        await Assert.ThrowsAsync<StoreUnavailableException>(() => lookups.FindAsync(1));
        Assert.Equal(20, await lookups.FindAsync(2));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Stopping_finishes_what_is_queued_and_refuses_the_rest(bool ownThread)
    {
        BatchedLookup<int, int> lookups = Lookups(ownThread, AnswerBehindGateAsync);
        Task<int> first = lookups.FindAsync(1);
        await _entered.Task;
        Task<int> queued = lookups.FindAsync(2);
        ValueTask stopping = lookups.DisposeAsync();
        _gate.SetResult();
        await stopping;

        Assert.True(first.IsCompletedSuccessfully && queued.IsCompletedSuccessfully);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => lookups.FindAsync(3));
    }

    private BatchedLookup<int, int> Lookups(
        bool ownThread, Func<IReadOnlyList<PendingLookup<int, int>>, ValueTask> handle, int maxBatchCount = 512, int maxQueuedCount = 100) =>
        new(
            new BatchLoopOptions { Operation = "test", OwnThread = ownThread, MaxBatchCount = maxBatchCount, MaxQueuedCount = maxQueuedCount },
            _instruments,
            handle);

    private async ValueTask AnswerBehindGateAsync(IReadOnlyList<PendingLookup<int, int>> batch)
    {
        _entered.TrySetResult();
        await _gate.Task;
        await AnswerAsync(batch);
    }

    private sealed class Sized(BatchSize size) : BatchItem<int>, IBatchItem
    {
        public BatchSize Size => size;
    }

    private ValueTask AnswerAsync(IReadOnlyList<PendingLookup<int, int>> batch)
    {
        _batchSizes.Add(batch.Count);
        foreach (PendingLookup<int, int> lookup in batch)
        {
            lookup.SetResult(lookup.Key * 10);
        }

        return ValueTask.CompletedTask;
    }
}
