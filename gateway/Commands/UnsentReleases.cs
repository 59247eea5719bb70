using CommandBroker.Gateway.Diagnostics;
using CommandBroker.Gateway.Grains;

namespace CommandBroker.Gateway.Commands;

/// <summary>Tells queues of deliveries whose response was not sent. A release that fails is tried again, as nobody else knows of it.</summary>
internal sealed class UnsentReleases(TimeProvider clock, ILogger<UnsentReleases> log)
{
    /// <summary>The waits before the second try and those that follow: together longer than a short outage, shorter than a lease.</summary>
    private static readonly TimeSpan[] Pauses = [TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(8), TimeSpan.FromSeconds(30)];

    // A fleet whose silos are all away asks again and again; most of its polls were handed out nothing.
    private const int MaxWaitingCount = 4_096;

    // Longer than a commit may take.
    private static readonly TimeSpan SecondLook = TimeSpan.FromSeconds(10);

    // When a silo dies, the polls of all its queues end at once.
    private readonly SemaphoreSlim _turns = new(64);
    private int _waitingCount;

    /// <summary>Releases a delivery; returns after the first try, whatever became of it.</summary>
    /// <param name="server">The queue that handed it out.</param>
    /// <param name="key">The same, for the log.</param>
    /// <param name="reply">What was handed out.</param>
    /// <param name="mayHaveArrived">Whether the response was given to the web server: from then on any of its bytes may have left.</param>
    public async ValueTask ReleaseAsync(ISourceServerGrain server, SourceServerKey key, PollReply reply, bool mayHaveArrived)
    {
        // A silo of a former release: it knows no repeats that were not sent, and a second try might end the next delivery.
        bool isOfFormer = reply.DeliveredAt is null;
        if (isOfFormer && reply.IsRepeat)
        {
            return;
        }

        if (await TryAsync(server, key, ReleaseCall.Of(reply, mayHaveArrived), isOfFormer) is { } failure)
        {
            // Sequential hands it out to the next poll anyway; a second try could take back what that poll showed.
            if (isOfFormer || reply.MayBeRepeated)
            {
                log.DeliveryNotReleased(failure, key, reply.Seq);
            }
            else
            {
                _ = TryAgainAsync(server, key, ReleaseCall.Of(reply, mayHaveArrived));
            }
        }
    }

    /// <summary>Releases what a poll may have handed out whose answer never came; returns after the first try, whatever became of it.</summary>
    /// <param name="server">The queue that was asked.</param>
    /// <param name="key">The same, for the log.</param>
    /// <param name="token">The poll's <see cref="PollToken"/>.</param>
    public async ValueTask ReleaseAsync(ISourceServerGrain server, SourceServerKey key, long token)
    {
        if (Interlocked.Increment(ref _waitingCount) > MaxWaitingCount)
        {
            Interlocked.Decrement(ref _waitingCount);
            log.PollNotReleased(new InvalidOperationException($"{MaxWaitingCount} polls wait for that already."), key);
            return;
        }

        var call = ReleaseCall.OfPoll(token);
        Exception? failure;
        await _turns.WaitAsync();
        try
        {
            failure = await TryAsync(server, key, call, isOfFormer: false);
        }
        catch
        {
            Interlocked.Decrement(ref _waitingCount);
            throw;
        }
        finally
        {
            _turns.Release();
        }

        _ = SettleAsync(server, key, call, failure is null);
    }

    private async Task SettleAsync(ISourceServerGrain server, SourceServerKey key, ReleaseCall call, bool isTried)
    {
        try
        {
            if (!isTried)
            {
                await TryAgainAsync(server, key, call);
            }

            // The commit of a silo that died may still have been on its way when its successor found nothing. A retry that is due is worth more.
            if (Volatile.Read(ref _waitingCount) <= MaxWaitingCount / 2)
            {
                await Task.Delay(SecondLook, clock);
                if (await TryAsync(server, key, call, isOfFormer: false) is not null)
                {
                    await TryAgainAsync(server, key, call);
                }
            }
        }
        finally
        {
            Interlocked.Decrement(ref _waitingCount);
        }
    }

    private async Task TryAgainAsync(ISourceServerGrain server, SourceServerKey key, ReleaseCall call)
    {
        Exception? failure = null;
        foreach (TimeSpan pause in Pauses)
        {
            await Task.Delay(pause, clock);
            failure = await TryAsync(server, key, call, isOfFormer: false);
            if (failure is null)
            {
                return;
            }
        }

        if (call.PollToken is null)
        {
            log.DeliveryNotReleased(failure!, key, call.Seq);
        }
        else
        {
            log.PollNotReleased(failure!, key);
        }
    }

    private async ValueTask<Exception?> TryAsync(ISourceServerGrain server, SourceServerKey key, ReleaseCall call, bool isOfFormer)
    {
        try
        {
            await (isOfFormer ? server.ReleaseAsync(call.Seq, call.DeliveryCount) : server.ReleaseUnsentAsync(call));
            if (call.PollToken is null)
            {
                log.DeliveryReleased(key, call.Seq, call.DeliveryCount);
            }

            return null;
        }
        catch (Exception failure) when (failure is BrokerException || GrainFailure.IsUnreachable(failure))
        {
            return failure;
        }
    }
}
