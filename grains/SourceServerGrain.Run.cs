using CommandBroker.Contracts;
using CommandBroker.Core;
using CommandBroker.Storage;

namespace CommandBroker.Grains;

internal sealed partial class SourceServerGrain
{
    /// <summary>Clock, core, commit; decides again on fresh state when another activation was faster.</summary>
    /// <exception cref="BrokerException">UnknownSourceServer, StorageUnavailable, Quarantined.</exception>
    private async ValueTask<TOutcome> RunAsync<TOutcome>(
        Func<QueueState, QueuePolicy, DateTimeOffset, Transition<TOutcome>> decide, Func<TOutcome, StrayReport?>? strayOf = null)
    {
        for (int round = 1; round <= MaxRounds; round++)
        {
            await RequireLoadedAsync();
            Transition<TOutcome> transition = decide(_session.State, _policy, _context.Now);
            if (_session.State.IsBehind(transition.Changes))
            {
                // Another activation enqueued it: with this one change alone, memory would pass over what was enqueued before it.
                _session.Drop();
                continue;
            }

            if (await _session.CommitAsync(transition.State, transition.Changes, strayOf?.Invoke(transition.Outcome)) == CommitStatus.Committed)
            {
                return transition.Outcome;
            }

            Log.CommitConflicted(_context.Logger, _key, round);
        }

        throw new BrokerException(BrokerErrorReason.StorageUnavailable,
            $"Source server {_key.ServerId} is written from elsewhere at the same time; {MaxRounds} rounds did not settle it.");
    }

    private async ValueTask RequireLoadedAsync()
    {
        if (!await EnsureLoadedAsync())
        {
            DeactivateOnIdle();
            throw new BrokerException(BrokerErrorReason.UnknownSourceServer, $"Source server {_key.ServerId} is not registered.");
        }
    }

    /// <summary>Reads the queue unless it is in memory. False when no such source server is registered.</summary>
    private ValueTask<bool> EnsureLoadedAsync() => _session.IsLoaded ? new ValueTask<bool>(true) : new ValueTask<bool>(LoadAsync());

    private async Task<bool> LoadAsync()
    {
        if (!await _session.LoadAsync())
        {
            return false;
        }

        _policy = _session.HasOverrides ? _context.Policy.With(await ReadOverridesAsync()) : _context.Policy;
        return true;
    }

    private CommandView ViewOf(Command command) => Views.Of(_key.ServerId, command, _session.State, _policy, _context.Now);
}
