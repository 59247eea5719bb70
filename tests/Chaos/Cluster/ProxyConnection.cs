namespace CommandBroker.Chaos.Cluster;

/// <summary>What the two directions of one connection tell each other.</summary>
internal sealed class ProxyConnection
{
    /// <summary>Whether the answer that comes next is swallowed, and the connection cut.</summary>
    public volatile bool LosesNextAnswer;
}
