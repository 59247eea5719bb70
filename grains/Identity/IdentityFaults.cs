using CommandBroker.Contracts;
using CommandBroker.Identity.Secrets;
using CommandBroker.Storage;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;
using Orleans.Serialization;

namespace CommandBroker.Grains;

/// <summary>Turns faults of the store and of its secrets into ones that may cross a process border.</summary>
internal static class IdentityFaults
{
    public static async Task TranslateAsync(Task call, ILogger logger)
    {
        try
        {
            await call;
        }
        catch (StoreUnavailableException fault)
        {
            IdentityLog.StoreRefused(logger, fault);
            throw new BrokerException(BrokerErrorReason.StorageUnavailable, fault.Message);
        }
        catch (Exception fault) when (fault is OrleansException or CodecNotFoundException)
        {
            // The state of another grain cannot be read, or its silo is just going. Its cause is of a type that the caller's process may not know,
            // as a driver's, for which the answer of a grain on another silo has no words at all (CodecNotFoundException).
            IdentityLog.StoreRefused(logger, fault);
            throw new BrokerException(BrokerErrorReason.StorageUnavailable, "The stored state behind the identities does not answer.");
        }
        catch (UnreadableSecretException fault)
        {
            IdentityLog.SecretUnreadable(logger, fault.Message);
            throw new BrokerException(BrokerErrorReason.Internal, $"{fault.Message} Give that key among Identity:MasterKey again.");
        }
    }
}
