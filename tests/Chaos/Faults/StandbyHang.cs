using System.Globalization;
using CommandBroker.Chaos.Cluster;

namespace CommandBroker.Chaos.Faults;

/// <summary>
/// The standby that every commit must wait for hangs, stopped or cut off, while traffic goes on. Then, in turn, the primary dies and
/// the standby takes its place with what it had, or the standby comes back.
/// </summary>
internal sealed class StandbyHang(Random random) : IFault
{
    private static readonly (bool IsCutOff, bool IsPromoted)[] Ways = [(true, false), (true, true), (false, true), (false, false)];

    private readonly List<int> _stopped = [];
    private (bool IsCutOff, bool IsPromoted) _way;
    private Database? _primary;
    private Database? _standby;
    private string? _reached;
    private string? _promoted;

    /// <inheritdoc/>
    public TimeSpan Hold { get; } = TimeSpan.FromSeconds(8 + (12 * random.NextDouble()));

    /// <inheritdoc/>
    public async Task InjectAsync(Scene scene)
    {
        _way = scene.NextOf(Ways);
        _primary = scene.Cluster.Database;
        _standby = await scene.Cluster.AddStandbyAsync(isRequired: true);
        await Task.Delay(scene.Between(2, 4));
        if (_way.IsCutOff)
        {
            await scene.Cluster.Network.DropIncomingAsync(_standby.Host, _primary.Address);
            await scene.Cluster.Network.DropOutgoingAsync(_standby.Host, _primary.Address);
        }
        else
        {
            _stopped.Add(int.Parse((await _standby.AskAsync("select pid from pg_stat_wal_receiver"))!, CultureInfo.InvariantCulture));
            await Shell.SignalAsync("STOP", _stopped);
        }

        await Task.Delay(TimeSpan.FromSeconds(1));
        _reached = await ReachedAsync();
    }

    /// <inheritdoc/>
    public async Task<string?> ProveAsync(Scene scene)
    {
        string? ahead = await _primary!.AskAsync($"select pg_current_wal_flush_lsn() - flush_lsn from pg_stat_replication where application_name = '{_standby!.Host}'");
        string? waiting = await _primary.AskAsync("select count(*) from pg_stat_activity where wait_event = 'SyncRep'");
        bool hung = _reached == await ReachedAsync() && ahead is not null and not "0" && waiting is not null and not "0";
        if (_way.IsPromoted)
        {
            await PromoteAsync(scene);
        }

        return hung ? FormattableString.Invariant($"{_standby.Host} stayed at {_reached} for {Hold.TotalSeconds:F1} s, {(_way.IsCutOff ? "cut off" : "its receiver stopped")}, ")
            + $"the primary was {ahead} bytes ahead, {waiting} sessions waited; then {_promoted ?? "it came back"}" : null;
    }

    /// <inheritdoc/>
    public async Task HealAsync(Scene scene)
    {
        await Shell.SignalAsync("CONT", _stopped);
        if (_standby is null)
        {
            return;
        }

        await scene.Cluster.Network.HealAsync(_standby.Host);
        if (scene.Cluster.Database != _standby)
        {
            // What had waited ends well now; only then does nobody wait for it any more.
            await scene.UnservedAsync(TimeSpan.FromSeconds(30));
            await scene.Cluster.RemoveStandbyAsync(_standby);
        }
    }

    private Task<string?> ReachedAsync() => _primary!.AskAsync($"select flush_lsn from pg_stat_replication where application_name = '{_standby!.Host}'");

    private async Task PromoteAsync(Scene scene)
    {
        await _primary!.KillAllAsync();

        // The receiver must not read what the dead primary had sent and nobody had confirmed.
        await Shell.SignalAsync("TERM", _stopped);
        await Shell.SignalAsync("CONT", _stopped);
        await _standby!.PromoteAsync();
        scene.Cluster.Follow(_standby);
        _promoted = $"{_primary.Host} was killed (-9) and {_standby.Host} is " + await _standby.AskAsync("select case when pg_is_in_recovery() then 'a standby' else 'the primary' end");
    }
}
