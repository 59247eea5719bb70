using CommandBroker.Contracts;
using CommandBroker.Identity.Secrets;
using CommandBroker.Storage;
using Microsoft.Extensions.Logging;

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
        catch (Exception fault) when (fault is StoreRefusedException or UnreadableRowException)
        {
            IdentityLog.StoreFailed(logger, fault);
            throw new BrokerException(BrokerErrorReason.Internal, fault.Message);
        }
        catch (Exception fault) when (UnansweredCall.Is(fault))
        {
            // Without the cause, which is of a type that the caller's process may not know.
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
