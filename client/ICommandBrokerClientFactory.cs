namespace CommandBroker.Client;

/// <summary>Makes clients that act for somebody. For hosts such as a gateway, which have authenticated their caller; cheap enough for every request.</summary>
public interface ICommandBrokerClientFactory
{
    /// <summary>A client whose changes are noted as made by a principal.</summary>
    /// <param name="principal">The principal's name.</param>
    /// <param name="projectId">The project whose source servers it sees; null means that of <see cref="CommandBrokerClientOptions.ProjectId"/>.</param>
    /// <exception cref="Contracts.BrokerException">InvalidArgument: the project id is none.</exception>
    ICommandBrokerClient For(string principal, string? projectId = null);
}
