using System.Collections.Concurrent;
using CommandBroker.Gateway.Diagnostics;

namespace CommandBroker.Gateway.Commands;

/// <summary>
/// Calls of polls whose agents wait no longer: answered with 503, or gone. The next poll of the same source server takes over the reply of
/// one instead of making a call of its own; when none does, what was handed out is released. So an agent that comes again and again
/// leaves one call behind, not one for each time.
/// </summary>
/// <remarks>Each gateway knows its own calls. Through two of them the same agent leaves two calls, and both replies are released.</remarks>
internal sealed class LatePolls(UnsentReleases releases, ILogger<LatePolls> log)
{
    private readonly ConcurrentDictionary<SourceServerKey, LatePoll> _polls = new();
    private int _count;

    /// <summary>Takes over a call that nobody waits for; the caller must take its reply or leave it again. Null when there is none.</summary>
    public Task<PollReply>? TryTake(SourceServerKey key)
    {
        // Nearly always nothing is late, and then a poll pays one read.
        if (Volatile.Read(ref _count) == 0 || !_polls.TryRemove(key, out LatePoll? poll))
        {
            return null;
        }

        Interlocked.Decrement(ref _count);
        return poll.Reply;
    }

    /// <summary>Leaves a call to the next poll of its source server, or to itself when another one is left there.</summary>
    public void Leave(SourceServerKey key, ISourceServerGrain server, Task<PollReply> reply)
    {
        var poll = new LatePoll(reply);
        bool isListed = _polls.TryAdd(key, poll);
        if (isListed)
        {
            Interlocked.Increment(ref _count);
        }

        _ = ReleaseAsync(key, server, poll, isListed);
    }

    private async Task ReleaseAsync(SourceServerKey key, ISourceServerGrain server, LatePoll poll, bool isListed)
    {
        PollReply? reply = null;
        Exception? failure = null;
        try
        {
            reply = await poll.Reply;
        }
        catch (Exception thrown)
        {
            // The outermost border of a call that nobody waits for; its agent was answered.
            failure = thrown;
        }

        if (isListed)
        {
            if (!_polls.TryRemove(new KeyValuePair<SourceServerKey, LatePoll>(key, poll)))
            {
                return;
            }

            Interlocked.Decrement(ref _count);
        }

        if (failure is not null)
        {
            log.LatePollFailed(failure, key);
        }
        else if (reply is { Status: PollStatus.Delivered })
        {
            GatewayInstruments.PollsUnsent.Add(1);
            await releases.ReleaseAsync(server, key, reply, mayHaveArrived: false);
        }
    }

    private sealed class LatePoll(Task<PollReply> reply)
    {
        public Task<PollReply> Reply => reply;
    }
}
