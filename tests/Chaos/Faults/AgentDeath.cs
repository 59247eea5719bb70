namespace CommandBroker.Chaos.Faults;

/// <summary>Agents die when they have received a command: nobody reports it until it is handed out again.</summary>
internal sealed class AgentDeath(TimeSpan visibilityTimeout) : IFault
{
    private const int DeathCount = 20;

    private (int Died, int HandedOutAgain) _before;

    /// <inheritdoc/>
    public TimeSpan Hold { get; } = visibilityTimeout + TimeSpan.FromSeconds(4);

    /// <inheritdoc/>
    public Task InjectAsync(Scene scene)
    {
        _before = scene.Clients.Deaths;
        scene.Clients.LetAgentsDie(DeathCount);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<string?> ProveAsync(Scene scene)
    {
        (int died, int again) = scene.Clients.Deaths;
        (died, again) = (died - _before.Died, again - _before.HandedOutAgain);
        return Task.FromResult(died >= DeathCount && again > 0 ? $"{died} agents died of a command, {again} of those were seen handed out again" : null);
    }

    /// <inheritdoc/>
    public Task HealAsync(Scene scene) => Task.CompletedTask;
}
