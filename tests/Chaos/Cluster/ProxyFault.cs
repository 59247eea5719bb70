namespace CommandBroker.Chaos.Cluster;

/// <summary>What a proxy does to what passes it.</summary>
/// <param name="MaxDelay">Each piece waits up to this time, and at least a quarter of it; zero does not delay.</param>
/// <param name="CutShare">The share of questions after which the connection is cut.</param>
internal sealed record ProxyFault(TimeSpan MaxDelay = default, double CutShare = 0);
