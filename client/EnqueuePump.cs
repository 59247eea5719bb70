using System.Runtime.CompilerServices;
using System.Text;
using System.Threading.Channels;
using CommandBroker.Contracts;

namespace CommandBroker.Client;

/// <summary>
/// Cuts a stream of commands into windows and sends one after the other, so that memory is bounded and commands of one source server stay in
/// order. The next window is read while one is under way, and a slow stream is not held up until a window is full.
/// </summary>
internal static class EnqueuePump
{
    /// <summary>The most commands of a window. The answers to as many fit a server's send buffer, so neither side can block the other.</summary>
    public const int MaxWindowCount = 256;

    /// <summary>
    /// A window is closed before its lines exceed this many bytes, unless one line alone does. A signed request is read whole before it counts, so a
    /// broker takes no longer one than its body limit, 1 MiB by default: half of that leaves room for what is escaped on the wire.
    /// </summary>
    public const int MaxWindowBytes = 1 << 19;

    /// <summary>What a line holds besides its texts: the names of its members and an idempotency key.</summary>
    private const int LineOverheadBytes = 512;

    public static async IAsyncEnumerable<EnqueueItemOutcome> RunAsync(
        IAsyncEnumerable<EnqueueItem> items,
        Func<IReadOnlyList<EnqueueItem>, CancellationToken, Task<EnqueueReply[]>> sendWindow,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var read = Channel.CreateBounded<EnqueueItem>(new BoundedChannelOptions(MaxWindowCount) { SingleReader = true, SingleWriter = true });
        Task reading = ReadAsync(items, read.Writer, stop.Token);
        try
        {
            while (await read.Reader.WaitToReadAsync(cancellationToken))
            {
                List<EnqueueItem> window = TakeWindow(read.Reader);
                EnqueueReply[] replies = await sendWindow(window, cancellationToken);
                for (int i = 0; i < window.Count; i++)
                {
                    yield return new EnqueueItemOutcome { Item = window[i], Reply = replies[i] };
                }
            }
        }
        finally
        {
            await stop.CancelAsync();
            await reading;
        }
    }

    private static List<EnqueueItem> TakeWindow(ChannelReader<EnqueueItem> reader)
    {
        var window = new List<EnqueueItem>();
        int bytes = 0;
        while (window.Count < MaxWindowCount && reader.TryPeek(out EnqueueItem? item))
        {
            bytes += BytesOf(item);
            if (bytes > MaxWindowBytes && window.Count > 0)
            {
                break;
            }

            reader.TryRead(out _);
            window.Add(item with { Command = IdempotencyKey.Ensure(item.Command) });
        }

        return window;
    }

    private static int BytesOf(EnqueueItem item) =>
        LineOverheadBytes + Encoding.UTF8.GetByteCount(item.Command.Param) + (2 * (item.ServerId.Length + item.Command.Name.Length));

    // Whatever ends the caller's stream reaches the caller through the channel, so this task itself never fails.
    private static async Task ReadAsync(IAsyncEnumerable<EnqueueItem> items, ChannelWriter<EnqueueItem> writer, CancellationToken stop)
    {
        try
        {
            await foreach (EnqueueItem item in items.WithCancellation(stop))
            {
                await writer.WriteAsync(item, stop);
            }

            writer.Complete();
        }
#pragma warning disable CA1031 // the exception is handed on, not swallowed
        catch (Exception fault)
#pragma warning restore CA1031
        {
            writer.Complete(fault);
        }
    }
}
