using System.Data.Common;
using System.Net.Sockets;
using CommandBroker.Contracts;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Messaging;
using Orleans.Runtime;

namespace CommandBroker.Client.Grains;

/// <summary>
/// Ends the start of a grain client that finds no broker: at once, with a sentence that says where it looked. Orleans' own filter goes on for
/// minutes and tells a person nothing.
/// </summary>
internal sealed class BrokerSearch(IGatewayListProvider silos, IOptions<ClusterOptions> cluster) : IClientConnectionRetryFilter
{
    private const int MaxShown = 5;

    /// <inheritdoc/>
    /// <exception cref="BrokerException">Unreachable: no broker was found.</exception>
    public async Task<bool> ShouldRetryConnectionAttempt(Exception exception, CancellationToken cancellationToken) =>
        IsOfReach(exception)
            ? throw new BrokerException(BrokerErrorReason.Unreachable, Describe(await FindAsync(), exception), exception)
            : false;

    private string Describe(IList<Uri>? places, Exception cause)
    {
        string name = $"cluster {cluster.Value.ClusterId}, service {cluster.Value.ServiceId}";
        string found = cause.GetBaseException().Message.TrimEnd('.');
        return places switch
        {
            null => $"The list of silos cannot be read ({name}): {found}. The clustering of AddCommandBrokerClient says where it is.",
            [] => $"No silo is listed ({name}). Start one, or name its Silo:ClusterId and Silo:ServiceId in the clustering of AddCommandBrokerClient.",
            _ => $"No broker takes grain clients at {Shown(places)} ({name}): {found}. The clustering of AddCommandBrokerClient says where to look,"
                + " and Silo:GatewayPort where a broker listens.",
        };
    }

    private static string Shown(IList<Uri> places) =>
        string.Join(", ", places.Take(MaxShown).Select(place => $"{place.Host}:{place.Port}"))
            + (places.Count > MaxShown ? $" and {places.Count - MaxShown} more" : "");

    // What comes of a network or a list that cannot be reached; anything else is a fault of the program and stays what it is.
    private static bool IsOfReach(Exception fault) =>
        fault is OrleansException or TimeoutException or IOException or SocketException or DbException;

    /// <summary>Where silos should be; null when that cannot be told.</summary>
    private async Task<IList<Uri>?> FindAsync()
    {
        try
        {
            return await silos.GetGateways();
        }
        catch (Exception fault) when (IsOfReach(fault))
        {
            return null;
        }
    }
}
