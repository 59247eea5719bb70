using CommandBroker.Contracts;
using CommandBroker.Core;
using CommandBroker.Storage;

namespace CommandBroker.Grains;

internal sealed partial class SourceServerGrain
{
    /// <summary>
    /// Clock, core, commit; decides again on fresh state when another activation was faster, and goes on while there is more to settle than one commit takes.
    /// </summary>
    /// <param name="decide">The decision of core.</param>
    /// <param name="strayOf">The report to keep, in an outcome.</param>
    /// <param name="handedOutOf">The command that is handed out, in an outcome.</param>
    /// <param name="prepare">Reads what else the decision depends on: each time anew, for a command may have ended since.</param>
    /// <exception cref="BrokerException">UnknownSourceServer, StorageUnavailable, Quarantined.</exception>
    private async ValueTask<TOutcome> RunAsync<TOutcome>(
        Func<QueueState, QueuePolicy, DateTimeOffset, Transition<TOutcome>> decide,
        Func<TOutcome, StrayReport?>? strayOf = null,
        Func<TOutcome, Command?>? handedOutOf = null,
        Func<ValueTask>? prepare = null)
    {
        int round = 1;
        while (round <= MaxRounds)
        {
            await RequireLoadedAsync();
            if (prepare is not null)
            {
                await prepare();
            }

            Transition<TOutcome> transition = decide(_session.State, _session.Policy, _context.Now);
            if (_session.State.IsBehind(transition.Changes))
            {
                // Another activation enqueued it: with this one change alone, memory would pass over what was enqueued before it.
                _session.Drop();
                round++;
                continue;
            }

            CommitStatus status = await _session.CommitAsync(
                transition.State, transition.Changes, strayOf?.Invoke(transition.Outcome), handedOutOf?.Invoke(transition.Outcome));
            if (status == CommitStatus.Committed)
            {
                if (!transition.IsPartial)
                {
                    return transition.Outcome;
                }
            }
            else
            {
                Log.CommitConflicted(_context.Logger, _key, round++);
            }
        }

        throw Unsettled();
    }

    private BrokerException Unsettled() => new(BrokerErrorReason.StorageUnavailable,
        $"Source server {_key.ServerId} is written from elsewhere at the same time; {MaxRounds} rounds did not settle it.");

    public async ValueTask SettleAsync()
    {
        bool isMadeForThis = !_session.IsLoaded;
        await RequireSettledAsync();
        if (isMadeForThis && _session.UnknownDeliveries.Count == 0)
        {
            DeactivateOnIdle();
        }
    }

    /// <summary>Reads the queue and settles what time has done to it: what is answered of it afterwards is as of now, and stored.</summary>
    private async ValueTask RequireSettledAsync()
    {
        await RequireLoadedAsync();
        while (_session.State.MayNeedSettling(_session.Policy, _context.Now) && await RunAsync(CommandQueue.Settle) > 0)
        {
            // The clock goes on while a commit is written.
            await RequireLoadedAsync();
        }
    }

    private async ValueTask RequireLoadedAsync()
    {
        if (!await EnsureLoadedAsync())
        {
            throw NotRegistered();
        }
    }

    private BrokerException NotRegistered()
    {
        DeactivateOnIdle();
        return new BrokerException(BrokerErrorReason.UnknownSourceServer, $"Source server {_key.ServerId} is not registered.");
    }

    /// <summary>Reads the queue unless it is in memory. False when no such source server is registered.</summary>
    private ValueTask<bool> EnsureLoadedAsync() => _session.IsLoaded ? new ValueTask<bool>(true) : new ValueTask<bool>(LoadAsync());

    private async Task<bool> LoadAsync()
    {
        for (int round = 1; await _session.LoadAsync(ReadOverridesAsync); round++)
        {
            if (_session.UnknownDeliveries is [] || await TakeBackUnknownAsync())
            {
                return true;
            }

            if (round == MaxRounds)
            {
                throw Unsettled();
            }
        }

        return false;
    }

    private CommandView ViewOf(Command command) => Views.Of(_key.ServerId, command, _session.State, _session.Policy, _context.Now);
}
