using CommandBroker.Chaos.Cluster;

namespace CommandBroker.Chaos.Faults;

/// <summary>One reason for which PostgreSQL ends sessions, refuses new ones, or refuses what is asked.</summary>
/// <param name="Code">What it answers, and writes to its log.</param>
/// <param name="BreakAsync">Brings it about.</param>
/// <param name="MendAsync">Ends it. Harmless when it was never brought about.</param>
internal sealed record SessionEnding(string Code, Func<Scene, Task> BreakAsync, Func<Scene, Task> MendAsync)
{
    /// <summary>Whose log has it.</summary>
    public Func<Scene, Database> Server { get; init; } = scene => scene.Cluster.Database;

    /// <summary>One that a setting of the server brings about.</summary>
    public static SessionEnding OfSetting(string code, string setting, string value) =>
        new(code, scene => scene.Cluster.Database.SetAsync(setting, value), scene => scene.Cluster.Database.SetAsync(setting, null));

    /// <summary>One that a change of the brokers' role brings about, for sessions that begin then.</summary>
    public static SessionEnding OfRole(string code, Func<BrokerCluster, Task> breakAsync, Func<BrokerCluster, Task> mendAsync) => new(code,
        async scene =>
        {
            await breakAsync(scene.Cluster);
            await scene.Cluster.Database.EndSessionsAsync();
        },
        scene => mendAsync(scene.Cluster));
}
