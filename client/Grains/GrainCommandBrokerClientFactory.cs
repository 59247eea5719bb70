namespace CommandBroker.Client.Grains;

/// <summary>Makes grain clients that act for somebody.</summary>
internal sealed class GrainCommandBrokerClientFactory(IGrainFactory grains, CommandBrokerClientOptions options, TimeProvider time) : ICommandBrokerClientFactory
{
    public ICommandBrokerClient For(string principal, string? projectId = null) =>
        new GrainCommandBrokerClient(grains, principal, options.Retry, time, projectId ?? options.ProjectId);
}
