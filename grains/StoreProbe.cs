using CommandBroker.Storage;

namespace CommandBroker.Grains;

/// <summary>
/// Whether the store takes writes, asked at most twice a second however many want to know, and of nobody when nobody does. A question that has no answer
/// after a second counts as none, also for those who come while it is still open: a store that stands still gets no second question.
/// </summary>
internal sealed class StoreProbe(IBrokerDatabase database, TimeProvider clock)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(3);

    private readonly Lock _gate = new();
    private Task? _asking;
    private long _askedAt;

    /// <summary>Completes when the store has taken a write.</summary>
    /// <exception cref="StoreUnavailableException">It has not.</exception>
    public Task CheckAsync()
    {
        lock (_gate)
        {
            TimeSpan age = _asking is null ? Fresh : clock.GetElapsedTime(_askedAt);
            if (_asking is null or { IsCompleted: true } && age >= Fresh)
            {
                // Outside of the grain that asks: it may end before others have their answer.
                (_asking, _askedAt, age) = (Task.Run(AskAsync), clock.GetTimestamp(), TimeSpan.Zero);
            }

            return _asking!.IsCompleted ? _asking
                : age < Patience ? WithinAsync(_asking, Patience - age)
                : Task.FromException(Silent());
        }
    }

    private async Task AskAsync()
    {
        using var limit = new CancellationTokenSource(Limit, clock);
        try
        {
            await database.PingAsync(limit.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            throw Silent();
        }
    }

    private async Task WithinAsync(Task asking, TimeSpan patience)
    {
        try
        {
            await asking.WaitAsync(patience, clock);
        }
        catch (TimeoutException) when (!asking.IsCompleted)
        {
            throw Silent();
        }
    }

    private static StoreUnavailableException Silent() => new("The store has not answered for a second.");
}
