using CommandBroker.Contracts;
using Orleans.Storage;

namespace CommandBroker.Grains;

/// <summary>The low-rate grain state, kept by Orleans' own ADO.NET provider in the broker's database.</summary>
internal static class GrainStorage
{
    /// <summary>The provider's name.</summary>
    public const string Provider = "broker";

    // The provider's key holds the state's name and not the grain's type, so these must be unique over all grains.
    public const string Settings = "source-server-settings";
    public const string FormerTokens = "credentials";
    public const string SignatureClaims = "signature-claims";

    /// <summary>Runs a storage call and translates its faults into one that may cross a process border.</summary>
    /// <exception cref="BrokerException">StorageUnavailable.</exception>
    public static async Task GuardAsync(Task call, string what)
    {
        try
        {
            await call;
        }
        catch (InconsistentStateException)
        {
            // Another activation wrote. The caller ends this one, and the next call reads what was written.
            throw new BrokerException(BrokerErrorReason.StorageUnavailable, $"The {what} were written from elsewhere at the same time; try again.");
        }
        catch (Exception exception) when (exception is not BrokerException)
        {
            throw new BrokerException(BrokerErrorReason.StorageUnavailable, $"The {what} cannot be stored now: {exception.Message}");
        }
    }
}
