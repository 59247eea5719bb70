using System.Diagnostics;
using System.Threading.Channels;

namespace CommandBroker.Storage.Batching;

/// <summary>
/// One loop that turns concurrent calls into batches: a batch is whatever queued while the last one ran. Nothing waits for company,
/// so a lone call is as fast as without the loop, and batches grow by themselves under load.
/// </summary>
/// <typeparam name="TItem">The request; it carries its own answer.</typeparam>
/// <remarks>
/// The handler completes every item of its batch. What it throws becomes the fault of those it left open, and the loop goes on:
/// the store may be back for the next batch.
/// </remarks>
internal sealed class BatchLoop<TItem> : IAsyncDisposable
    where TItem : class, IBatchItem
{
    private readonly Channel<TItem> _queue;
    private readonly Func<IReadOnlyList<TItem>, ValueTask> _handle;
    private readonly BatchLoopOptions _options;
    private readonly StoreInstruments _instruments;
    private readonly List<TItem> _batch = [];
    private readonly Task _loop;
    private volatile bool _stopped;

    public BatchLoop(BatchLoopOptions options, StoreInstruments instruments, Func<IReadOnlyList<TItem>, ValueTask> handle)
    {
        _options = options;
        _instruments = instruments;
        _handle = handle;
        _queue = Channel.CreateBounded<TItem>(new BoundedChannelOptions(options.MaxQueuedCount) { SingleReader = true });
        _loop = options.OwnThread ? StartThread() : Task.Run(RunAsync);
    }

    /// <summary>Queues a request.</summary>
    /// <exception cref="StoreBusyException">The queue is full.</exception>
    /// <exception cref="StoreUnavailableException">The loop was stopped.</exception>
    public void Add(TItem item)
    {
        if (_queue.Writer.TryWrite(item))
        {
            return;
        }

        if (_stopped)
        {
            throw new StoreUnavailableException("The store is closed.");
        }

        _instruments.Refused(_options.Operation);
        throw new StoreBusyException(
            $"{_options.MaxQueuedCount} requests wait for the database; {_options.Knob} allows no more. Try again.");
    }

    /// <summary>Takes no more, finishes what is queued, then ends the loop.</summary>
    public async ValueTask DisposeAsync()
    {
        _stopped = true;
        _queue.Writer.TryComplete();
        await _loop;
    }

    private async Task RunAsync()
    {
        while (await _queue.Reader.WaitToReadAsync())
        {
            // Behind what waits for a thread already: those callers join this batch instead of starting the next. Costs a lone call nothing.
            await Task.Yield();
            await HandleBatchAsync();
        }
    }

    /// <summary>For handlers that block: a flush on a pool thread would starve the rest of the process.</summary>
    private Task StartThread()
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            while (WaitOnThread())
            {
                HandleBatchAsync().GetAwaiter().GetResult();
            }

            ended.SetResult();
        })
        { IsBackground = true, Name = $"store {_options.Operation}" }.Start();
        return ended.Task;
    }

    private bool WaitOnThread()
    {
        ValueTask<bool> waiting = _queue.Reader.WaitToReadAsync();
        return waiting.IsCompletedSuccessfully ? waiting.Result : waiting.AsTask().GetAwaiter().GetResult();
    }

    /// <summary>Takes what waits, within the bounds; a request that is larger than the bounds is a batch of its own.</summary>
    private void TakeBatch()
    {
        _batch.Clear();
        BatchSize size = default;
        while (_batch.Count < _options.MaxBatchCount
            && _queue.Reader.TryPeek(out TItem? next)
            && (_batch.Count == 0 || size.HasRoomFor(next.Size))
            && _queue.Reader.TryRead(out TItem? item))
        {
            size = size.Plus(item.Size);
            _batch.Add(item);
        }
    }

    private async Task HandleBatchAsync()
    {
        TakeBatch();

        long startedAt = Stopwatch.GetTimestamp();
        try
        {
            await _handle(_batch);
        }
        catch (Exception fault)
        {
            // The border of the store: whatever went wrong belongs to the callers of this batch, and to nobody else.
            foreach (TItem item in _batch)
            {
                item.Fail(fault);
            }
        }

        _instruments.Handled(_options.Operation, _batch.Count, Stopwatch.GetElapsedTime(startedAt));
    }
}
