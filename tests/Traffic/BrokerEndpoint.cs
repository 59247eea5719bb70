namespace CommandBroker.Traffic;

/// <summary>Where a broker is called: a process, or the balancer of a whole cluster.</summary>
/// <param name="Name">Its name in the history.</param>
/// <param name="Address">Where it listens.</param>
public sealed record BrokerEndpoint(string Name, Uri Address);
