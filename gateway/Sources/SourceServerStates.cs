using System.Text.Json;
using CommandBroker.Client.Wire;

namespace CommandBroker.Gateway.Sources;

/// <summary>The vendor's states of a source server. The broker's are in two of them; the others belong to a migration, of which it knows nothing.</summary>
internal static class SourceServerStates
{
    /// <summary>Every state that a list may be asked for, by the vendor's API page.</summary>
    public static readonly string[] All =
    [
        "unavailable", SourceServerRecord.WaitingState, "initialize", "replicate", "syncing", "stopping", "stopped", "skipping", "deleting", SourceServerRecord.ErrorState,
        "cloning", "cutovering", "finished", "clearing", "cleared", "clearfailed", "premigready", "premiging", "premiged", "premigfailed",
    ];

    // The members of the vendor's overview, in its order.
    private static readonly string[] Counted =
    [
        SourceServerRecord.WaitingState, "replicate", "syncing", "stopped", "deleting", "cutovering", "unavailable", "stopping", "skipping", "finished", "initialize",
        SourceServerRecord.ErrorState, "cloning", "unconfigured",
    ];

    /// <summary>The vendor's overview: how many source servers are in each state.</summary>
    /// <param name="waitingCount">Those whose commands can be read.</param>
    /// <param name="errorCount">Those that are quarantined.</param>
    public static byte[] Overview(long waitingCount, long errorCount) => JsonSerializer.SerializeToUtf8Bytes(
        Counted.ToDictionary(
            state => state,
            state => state == SourceServerRecord.WaitingState ? waitingCount : state == SourceServerRecord.ErrorState ? errorCount : 0));
}
