namespace CommandBroker.Gateway.Grains;

/// <summary>A gateway whose process holds no queues: every poll calls its grain.</summary>
internal sealed class NoLocalQueues : ILocalQueues
{
    /// <inheritdoc/>
    public bool IsIdle(ReadOnlySpan<char> key) => false;
}
