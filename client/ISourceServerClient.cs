using CommandBroker.Contracts;

namespace CommandBroker.Client;

/// <summary>Registers and finds source servers. Safe for concurrent use; throws <see cref="BrokerException"/> as <see cref="ICommandBrokerClient"/> does.</summary>
public interface ISourceServerClient
{
    /// <summary>Registers a source server, or updates one that is registered.</summary>
    /// <returns>Its id. A call without an id is sent with a new UUID, so an inner repetition registers nothing twice.</returns>
    /// <exception cref="BrokerException">InvalidArgument, TooManySourceServers.</exception>
    Task<string> RegisterAsync(RegisterCall call, CancellationToken cancellationToken = default);

    /// <summary>One source server; null when it is not registered.</summary>
    Task<SourceServerView?> ShowAsync(string serverId, CancellationToken cancellationToken = default);

    /// <summary>One page of source servers.</summary>
    /// <exception cref="BrokerException">InvalidArgument.</exception>
    Task<SourceServerListView> ListAsync(SourceServerQuery query, CancellationToken cancellationToken = default);

    /// <summary>Gives it another name, 1 to 64 characters.</summary>
    /// <exception cref="BrokerException">InvalidArgument, UnknownSourceServer.</exception>
    Task RenameAsync(string serverId, string name, CancellationToken cancellationToken = default);

    /// <summary>Deletes a source server.</summary>
    /// <exception cref="BrokerException">UnknownSourceServer, or CommandsOutstanding while it has open commands.</exception>
    Task DeleteAsync(string serverId, CancellationToken cancellationToken = default);
}
