using CommandBroker.Contracts;
using CommandBroker.Storage;

namespace CommandBroker.Grains;

/// <summary>
/// Turns a store's exceptions into ones that may cross a process border, without the cause: a database provider's own exceptions cannot
/// be serialised, and the failure to do so would hide the reason.
/// </summary>
internal static class StoreFault
{
    public static BrokerException Translate(Exception exception, string serverId) => exception switch
    {
        UnreadableRowException => new BrokerException(BrokerErrorReason.Quarantined,
            $"What is stored of source server {serverId} cannot be read; it is quarantined: {exception.Message}"),
        StoreRefusedException => new BrokerException(BrokerErrorReason.Internal, exception.Message),
        _ => new BrokerException(BrokerErrorReason.StorageUnavailable, exception.Message),
    };

    /// <summary>Whether it is a store's exception, to be translated; anything else is a fault of ours and goes on as it is.</summary>
    public static bool IsStoreFault(Exception exception) => exception is StoreUnavailableException or UnreadableRowException or StoreRefusedException;
}
