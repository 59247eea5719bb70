using System.Diagnostics;
using CommandBroker.Chaos.Cluster;

namespace CommandBroker.Chaos.Faults;

/// <summary>
/// A failover that goes wrong: brokers are led to a standby, which can only read, and back to the primary. Nobody ends their sessions at
/// the standby, which follows nobody any more: who keeps them reads what is no longer true.
/// </summary>
internal sealed class ReadOnlyServer
{
    // Sessions that were used since then.
    private const string InUse = $"select count(*) from pg_stat_activity where usename = '{Database.BrokerRole}' and state_change > now() - interval '5 s'";
    private static readonly TimeSpan LeaveTimeout = TimeSpan.FromSeconds(60);

    private Database? _standby;

    /// <summary>The standby; null when there is none.</summary>
    public Database? Standby => _standby;

    /// <summary>Leads everybody there.</summary>
    public async Task BreakAsync(Scene scene)
    {
        _standby = await scene.Cluster.AddStandbyAsync(isRequired: false);
        scene.Cluster.Point(_standby);
    }

    /// <summary>Leads everybody back, and waits until nobody works at the standby.</summary>
    /// <exception cref="InvalidOperationException">Somebody still does.</exception>
    public async Task MendAsync(Scene scene)
    {
        if (_standby is not { } standby)
        {
            return;
        }

        await scene.Cluster.Network.DropIncomingAsync(standby.Host, scene.Cluster.Database.Address);
        scene.Cluster.Lead(scene.Cluster.Database);
        long since = Stopwatch.GetTimestamp();
        string? used;
        while ((used = await standby.AskAsync(InUse)) != "0" && Stopwatch.GetElapsedTime(since) < LeaveTimeout)
        {
            await Task.Delay(500);
        }

        _standby = null;
        await scene.Cluster.RemoveStandbyAsync(standby);
        if (used != "0")
        {
            throw new InvalidOperationException($"{used} sessions were still used at a server that can only read, {LeaveTimeout} after everybody was led back.");
        }
    }
}
