using CommandBroker.Gateway.Diagnostics;
using CommandBroker.Gateway.Grains;

namespace CommandBroker.Gateway.Commands;

/// <summary>
/// Tells queues of deliveries whose response was not sent. A release that fails is tried again, as nobody else knows of it, and before any other poll of
/// its source server.
/// </summary>
internal sealed class UnsentReleases(TimeProvider clock, ILogger<UnsentReleases> log)
{
    /// <summary>The waits before the second try and those that follow: together longer than a short outage, shorter than a lease.</summary>
    private static readonly TimeSpan[] Pauses = [TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(8), TimeSpan.FromSeconds(30)];

    // A fleet whose silos are all away asks again and again; most of its polls were handed out nothing.
    private const int MaxWaitingCount = 4_096;

    // Longer than a commit may take.
    private static readonly TimeSpan SecondLook = TimeSpan.FromSeconds(10);

    private readonly UnsettledReleases _unsettled = new();

    // When a silo dies, the polls of all its queues end at once.
    private readonly SemaphoreSlim _turns = new(64);
    private int _waitingCount;

    /// <summary>Carries out what is not settled yet of a source server, before it is asked for a command; null when there is nothing.</summary>
    /// <returns>Ends in what a release failed with: a command that is handed out all the same overtakes what was never sent.</returns>
    public Task? CarryOut(SourceServerKey key) => _unsettled.CarryOut(key);

    /// <summary>Keeps the number of a poll that nobody waits for any more, so that later polls first look for what it may have handed out.</summary>
    /// <returns>To be given to <see cref="Forget"/> or <see cref="ReleaseAsync(UnsettledRelease?, ISourceServerGrain, SourceServerKey, long)"/>; null when too many are kept.</returns>
    public UnsettledRelease? Keep(ISourceServerGrain server, SourceServerKey key, long token)
    {
        if (_unsettled.Count >= MaxWaitingCount)
        {
            return null;
        }

        UnsettledRelease release = OfPoll(server, key, token);
        _unsettled.Add(release);
        return release;
    }

    /// <summary>The poll handed out nothing, or what it handed out is known.</summary>
    public void Forget(UnsettledRelease? kept)
    {
        if (kept is not null)
        {
            _unsettled.Remove(kept);
        }
    }

    /// <summary>Releases a delivery; returns after the first try, whatever became of it.</summary>
    /// <param name="server">The queue that handed it out.</param>
    /// <param name="key">The same, for the log.</param>
    /// <param name="reply">What was handed out.</param>
    /// <param name="mayHaveArrived">Whether the response was given to the web server: from then on any of its bytes may have left.</param>
    public async ValueTask ReleaseAsync(ISourceServerGrain server, SourceServerKey key, PollReply reply, bool mayHaveArrived)
    {
        var call = ReleaseCall.Of(reply, mayHaveArrived);

        // Sequential hands it out to the next poll anyway; a second try could take back what that poll showed.
        if (reply.MayBeRepeated)
        {
            if (await TryAsync(server, key, call) is { } failure)
            {
                log.DeliveryNotReleased(failure, key, reply.Seq);
            }

            return;
        }

        var release = new UnsettledRelease(key, isOnce: true, () => TryAsync(server, key, call));
        _unsettled.Add(release);
        bool isSettled = true;
        try
        {
            isSettled = await release.TryAsync() is null;
        }
        finally
        {
            if (isSettled)
            {
                _unsettled.Remove(release);
            }
        }

        if (!isSettled)
        {
            _ = SettleAsync(release, call);
        }
    }

    /// <summary>Releases what a poll may have handed out whose answer never came; returns after the first try, whatever became of it.</summary>
    /// <param name="server">The queue that was asked.</param>
    /// <param name="key">The same, for the log.</param>
    /// <param name="token">The poll's <see cref="PollToken"/>.</param>
    public ValueTask ReleaseAsync(ISourceServerGrain server, SourceServerKey key, long token) => ReleaseAsync(kept: null, server, key, token);

    /// <inheritdoc cref="ReleaseAsync(ISourceServerGrain, SourceServerKey, long)"/>
    /// <param name="kept">What <see cref="Keep"/> returned for it.</param>
    /// <param name="server">The queue that was asked.</param>
    /// <param name="key">The same, for the log.</param>
    /// <param name="token">The poll's <see cref="PollToken"/>.</param>
    public async ValueTask ReleaseAsync(UnsettledRelease? kept, ISourceServerGrain server, SourceServerKey key, long token)
    {
        if (Interlocked.Increment(ref _waitingCount) > MaxWaitingCount)
        {
            Interlocked.Decrement(ref _waitingCount);
            Forget(kept);
            log.PollNotReleased(new InvalidOperationException($"{MaxWaitingCount} polls wait for that already."), key);
            return;
        }

        UnsettledRelease release = kept ?? OfPoll(server, key, token);
        if (kept is null)
        {
            _unsettled.Add(release);
        }

        Exception? failure;
        await _turns.WaitAsync();
        try
        {
            failure = await release.TryAsync();
        }
        catch
        {
            Interlocked.Decrement(ref _waitingCount);
            _unsettled.Remove(release);
            throw;
        }
        finally
        {
            _turns.Release();
        }

        _ = SettlePollAsync(release, ReleaseCall.OfPoll(token), failure is null);
    }

    private UnsettledRelease OfPoll(ISourceServerGrain server, SourceServerKey key, long token)
    {
        var call = ReleaseCall.OfPoll(token);
        return new UnsettledRelease(key, isOnce: false, () => TryAsync(server, key, call));
    }

    private async Task SettlePollAsync(UnsettledRelease release, ReleaseCall call, bool isTried)
    {
        try
        {
            if (!isTried)
            {
                await TryAgainAsync(release, call);
            }

            // The commit of a silo that died may still have been on its way when its successor found nothing. A retry that is due is worth more.
            if (Volatile.Read(ref _waitingCount) <= MaxWaitingCount / 2)
            {
                await Task.Delay(SecondLook, clock);
                if (await release.TryAsync() is not null)
                {
                    await TryAgainAsync(release, call);
                }
            }
        }
        finally
        {
            _unsettled.Remove(release);
            Interlocked.Decrement(ref _waitingCount);
        }
    }

    private async Task SettleAsync(UnsettledRelease release, ReleaseCall call)
    {
        try
        {
            await TryAgainAsync(release, call);
        }
        finally
        {
            _unsettled.Remove(release);
        }
    }

    private async Task TryAgainAsync(UnsettledRelease release, ReleaseCall call)
    {
        Exception? failure = null;
        foreach (TimeSpan pause in Pauses)
        {
            await Task.Delay(pause, clock);

            // A poll may have carried it out meanwhile.
            failure = release.IsCarriedOut ? null : await release.TryAsync();
            if (failure is null)
            {
                return;
            }
        }

        if (call.PollToken is null)
        {
            log.DeliveryNotReleased(failure!, release.Key, call.Seq);
        }
        else
        {
            log.PollNotReleased(failure!, release.Key);
        }
    }

    private async Task<Exception?> TryAsync(ISourceServerGrain server, SourceServerKey key, ReleaseCall call)
    {
        try
        {
            await server.ReleaseAsync(call);
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
