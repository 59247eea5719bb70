using Npgsql;

namespace CommandBroker.Chaos.Faults;

/// <summary>PostgreSQL is stopped at once, as a crash would, and started again after some seconds.</summary>
internal sealed class DatabaseCrash : IFault
{
    private string? _proof;

    /// <inheritdoc/>
    public TimeSpan Hold { get; } = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public async Task InjectAsync(Scene scene)
    {
        int pid = scene.Cluster.Database.Node.Pid;
        int? exit = await scene.Cluster.Database.Node.StopAsync("QUIT");
        _proof = exit is null ? null : $"postgres, pid {pid}, ended with {exit} on SIGQUIT";
    }

    /// <inheritdoc/>
    public async Task<string?> ProveAsync(Scene scene)
    {
        try
        {
            await scene.Cluster.Database.AskAsync("select 1");
            return null;
        }
        catch (NpgsqlException)
        {
            return _proof;
        }
    }

    /// <inheritdoc/>
    public async Task HealAsync(Scene scene)
    {
        scene.Cluster.Database.Node.Start();
        await scene.Cluster.Database.WaitUntilItAnswersAsync();
    }
}
