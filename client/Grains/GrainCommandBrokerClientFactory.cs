namespace CommandBroker.Client.Grains;

/// <summary>Makes grain clients that act for somebody.</summary>
internal sealed class GrainCommandBrokerClientFactory(IGrainFactory grains, RetryOptions retry, TimeProvider time) : ICommandBrokerClientFactory
{
    public ICommandBrokerClient For(string principal) => new GrainCommandBrokerClient(grains, principal, retry, time);
}
