using System.Collections.Concurrent;
using CommandBroker.Gateway.Diagnostics;

namespace CommandBroker.Gateway.Commands;

/// <summary>
/// Calls of polls whose agents wait no longer: answered with 503, or gone. What such a call is handed out is released as never sent. The next poll of the
/// same source server first waits for that, so an agent that comes again and again leaves one call behind, not one for each time.
/// </summary>
/// <remarks>
/// A late hand-out is not passed on to the next poll: its lease began before that poll, and may be nearly over. Nor does a poll wait for a call that is
/// older than twice the call's timeout: a silo that died answers none, and another may have the queue by now. It takes back first what that call may have
/// handed out, as its lease would be overtaken. Each gateway knows its own calls.
/// </remarks>
internal sealed class LatePolls(UnsentReleases releases, IOptions<GatewayOptions> options, TimeProvider clock, ILogger<LatePolls> log)
{
    private readonly ConcurrentDictionary<SourceServerKey, LatePoll> _polls = new();
    private readonly TimeSpan _patience = 2 * options.Value.CallTimeout;
    private int _count;

    /// <summary>Completes when what a late poll may have taken is given back; null when there is nothing to wait for.</summary>
    public Task? Find(SourceServerKey key)
    {
        // Nearly always nothing is late, and then a poll pays one read.
        return Volatile.Read(ref _count) > 0 && _polls.TryGetValue(key, out LatePoll? poll) && clock.GetElapsedTime(poll.LeftAt) < _patience
            ? poll.Settled.Task
            : null;
    }

    /// <summary>Leaves a call to itself.</summary>
    /// <param name="key">The source server.</param>
    /// <param name="server">Its queue.</param>
    /// <param name="reply">The call; it may have ended in a fault that says nothing of what was done.</param>
    /// <param name="token">The call's <see cref="PollToken"/>.</param>
    public void Leave(SourceServerKey key, ISourceServerGrain server, Task<PollReply> reply, long token)
    {
        var poll = new LatePoll(clock.GetTimestamp());
        Interlocked.Increment(ref _count);

        // A newer call takes the place of one that nobody waits for any more.
        _polls[key] = poll;
        _ = SettleAsync(key, server, poll, reply, token, releases.Keep(server, key, token));
    }

    private async Task SettleAsync(
        SourceServerKey key, ISourceServerGrain server, LatePoll poll, Task<PollReply> reply, long token, UnsettledRelease? kept)
    {
        try
        {
            if (await reply is { Status: PollStatus.Delivered } late)
            {
                GatewayInstruments.PollsUnsent.Add(1);
                await releases.ReleaseAsync(server, key, late, mayHaveArrived: false);
            }

            releases.Forget(kept);
        }
        catch (Exception failure)
        {
            // The outermost border of a call that nobody waits for; its agent was answered.
            log.LatePollFailed(failure, key);
            if (failure is BrokerException { MayHaveHandedOut: false })
            {
                releases.Forget(kept);
            }
            else
            {
                // A silo that died, an answer that came too late to be passed on, a commit of unknown fate: the hand-out may be stored.
                await releases.ReleaseAsync(kept, server, key, token);
            }
        }
        finally
        {
            _polls.TryRemove(new KeyValuePair<SourceServerKey, LatePoll>(key, poll));
            Interlocked.Decrement(ref _count);
            poll.Settled.SetResult();
        }
    }

    private sealed class LatePoll(long leftAt)
    {
        /// <summary>When it was left, as the clock's timestamp.</summary>
        public long LeftAt => leftAt;

        public TaskCompletionSource Settled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
