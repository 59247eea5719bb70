using CommandBroker.Contracts;
using CommandBroker.Core;
using Microsoft.Extensions.Logging;

namespace CommandBroker.Grains;

/// <summary>Turns faults of the call from a source server's grain to the one that keeps its settings into ones of a store that does not answer.</summary>
/// <remarks>
/// Orleans' rejection of that inner call would reach the gateway as if it were one of the outer call, which never arrived, and the outer call would be sent again although it was
/// carried out in part. Whatever it is, it is no fault of the caller's: a database driver's own reaches it as such within one silo.
/// </remarks>
internal static class SettingsFaults
{
    public static async Task<T> TranslateAsync<T>(ValueTask<T> call, ILogger logger, SourceServerKey sourceServer)
    {
        try
        {
            return await call;
        }
        catch (Exception fault) when (fault is not BrokerException)
        {
            throw Translate(fault, logger, sourceServer);
        }
    }

    public static async Task TranslateAsync(ValueTask call, ILogger logger, SourceServerKey sourceServer)
    {
        try
        {
            await call;
        }
        catch (Exception fault) when (fault is not BrokerException)
        {
            throw Translate(fault, logger, sourceServer);
        }
    }

    private static BrokerException Translate(Exception fault, ILogger logger, SourceServerKey sourceServer)
    {
        Log.StoreRefused(logger, fault, sourceServer);
        return new BrokerException(BrokerErrorReason.StorageUnavailable, $"The stored settings of source server {sourceServer.ServerId} do not answer.");
    }
}
