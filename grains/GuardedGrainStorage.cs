using CommandBroker.Contracts;
using CommandBroker.Storage;
using Microsoft.Extensions.Logging;
using Orleans.Storage;

namespace CommandBroker.Grains;

/// <summary>
/// Orleans' own storage with the broker's rules: what is written is acknowledged behind a commit that the store vouches for, a connection that was
/// lost is followed by a new one, and a fault is one that may cross a process border, without the provider's words. What went to a server that another one
/// replaced meanwhile is not acknowledged by that one.
/// </summary>
internal sealed class GuardedGrainStorage(IGrainStorage inner, IBrokerDatabase database, ILogger<GuardedGrainStorage> logger) : IGrainStorage
{
    private const string What = "the state of a grain";

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        GuardAsync(() => inner.ReadStateAsync(stateName, grainId, grainState));

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => GuardAsync(async () =>
    {
        string? lineage = database.Commands.Lineage;
        await inner.WriteStateAsync(stateName, grainId, grainState);
        await database.Commands.VouchAsync(lineage);
    });

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => GuardAsync(async () =>
    {
        string? lineage = database.Commands.Lineage;
        await inner.ClearStateAsync(stateName, grainId, grainState);
        await database.Commands.VouchAsync(lineage);
    });

    private async Task GuardAsync(Func<Task> call)
    {
        try
        {
            await call();
            return;
        }
        catch (Exception fault) when (database.Explain(fault) is var meant && meant is not StoreUnavailableException)
        {
            throw Translate(fault, meant);
        }
        catch (Exception)
        {
            // Once more, over a new connection. A first write that was made although its answer was lost makes the second one inconsistent: unknown.
        }

        try
        {
            await call();
        }
        catch (Exception fault)
        {
            throw Translate(fault, database.Explain(fault));
        }
    }

    private BrokerException Translate(Exception fault, Exception meant)
    {
        if (meant is InconsistentStateException)
        {
            // Another activation wrote. The caller ends this one, and the next call reads what was written.
            return new BrokerException(BrokerErrorReason.StorageUnavailable, "The state was written from elsewhere at the same time; try again.");
        }

        if (meant is StoreUnavailableException)
        {
            Log.StoreNotServing(logger, fault, What);
            return new BrokerException(BrokerErrorReason.StorageUnavailable, meant.Message);
        }

        Log.StoreFailed(logger, fault, What);
        return new BrokerException(
            meant is UnreadableRowException ? BrokerErrorReason.Quarantined : BrokerErrorReason.Internal,
            meant is StoreRefusedException or UnreadableRowException ? meant.Message : "A stored state cannot be used; the silo's log says why.");
    }
}
