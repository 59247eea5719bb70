namespace CommandBroker.Client;

/// <summary>Makes clients that act for somebody. For hosts such as a gateway, which have authenticated their caller; cheap enough for every request.</summary>
public interface ICommandBrokerClientFactory
{
    /// <summary>A client whose changes are noted as made by a principal.</summary>
    ICommandBrokerClient For(string principal);
}
