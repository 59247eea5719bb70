using CommandBroker.Contracts;
using CommandBroker.Core;

namespace CommandBroker.Client.Tests;

internal static class Samples
{
    public static readonly RetryOptions FastRetry =
        new() { MaxAttempts = 3, BaseInterval = TimeSpan.FromMilliseconds(1), MaxInterval = TimeSpan.FromMilliseconds(1) };

    public static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static CommandView Command(long seq, int version = 1, CommandState state = CommandState.Pending) => new()
    {
        ServerId = "web-1",
        Seq = seq,
        Name = "START",
        Param = "{}",
        EnqueuedAt = Noon,
        EnqueuedBy = "me",
        Version = version,
        State = state,
    };

    public static QueueView Queue(long lastSeq, params CommandView[] open) => new()
    {
        ServerId = "web-1",
        PendingCount = open.Length,
        LeasedCount = 0,
        HistoryCount = lastSeq - open.Length,
        RemovedCount = 0,
        LastSeq = lastSeq,
        Commands = [.. open],
    };

    public static async IAsyncEnumerable<EnqueueItem> Items(params string[] servers)
    {
        // All of them are there before the first window is taken: a stream that pauses may be cut anywhere.
        await Task.CompletedTask;
        for (int i = 0; i < servers.Length; i++)
        {
            yield return new EnqueueItem { ServerId = servers[i], Position = i + 1, Command = new EnqueueCall { Name = $"N{i + 1}" } };
        }
    }

    /// <summary>A command for each source server with its parameter.</summary>
    public static async IAsyncEnumerable<EnqueueItem> ItemsOf(params (string ServerId, string Param)[] items)
    {
        await Task.CompletedTask;
        foreach ((string serverId, string param) in items)
        {
            yield return new EnqueueItem { ServerId = serverId, Command = new EnqueueCall { Name = "START", Param = param } };
        }
    }
}
