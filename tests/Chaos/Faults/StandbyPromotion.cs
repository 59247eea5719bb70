using CommandBroker.Chaos.Cluster;

namespace CommandBroker.Chaos.Faults;

/// <summary>The primary dies for good, and a standby takes its place that every commit had waited for.</summary>
internal sealed class StandbyPromotion : IFault
{
    private string? _proof;

    /// <inheritdoc/>
    public TimeSpan Hold => TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    public async Task InjectAsync(Scene scene)
    {
        Database primary = scene.Cluster.Database;
        Database standby = await scene.Cluster.AddStandbyAsync(isRequired: true);
        await Task.Delay(scene.Between(2, 4));
        string? before = await primary.AskAsync("select sync_state || ' at ' || timeline_id from pg_stat_replication, pg_control_checkpoint()");
        await primary.KillAllAsync();
        await standby.PromoteAsync();
        scene.Cluster.Follow(standby);
        await standby.AskAsync("checkpoint");
        string? after = await standby.AskAsync("select case when pg_is_in_recovery() then 'standby' else 'primary' end || ' at ' || timeline_id from pg_control_checkpoint()");
        _proof = after!.StartsWith("primary", StringComparison.Ordinal)
            ? $"{primary.Host} was killed (-9); {standby.Host} was {before} and is {after}" : null;
    }

    /// <inheritdoc/>
    public Task<string?> ProveAsync(Scene scene) => Task.FromResult(_proof);

    /// <inheritdoc/>
    public Task HealAsync(Scene scene) => Task.CompletedTask;
}
