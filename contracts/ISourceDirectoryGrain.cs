namespace CommandBroker.Contracts;

/// <summary>The directory of source servers, answered from the store without waking any queue. Stateless; use key 0.</summary>
[Alias("CommandBroker.ISourceDirectoryGrain")]
public interface ISourceDirectoryGrain : IGrainWithIntegerKey
{
    /// <summary>Registers a source server, or updates one that is registered.</summary>
    /// <returns>Its id.</returns>
    /// <exception cref="BrokerException">InvalidArgument, TooManySourceServers, StorageUnavailable.</exception>
    [Alias("Register")]
    ValueTask<string> RegisterAsync(RegisterCall call);

    /// <summary>Whether it is registered.</summary>
    [Alias("Exists")]
    ValueTask<bool> ExistsAsync(string serverId);

    /// <summary>One source server; null when it is not registered.</summary>
    [Alias("Show")]
    ValueTask<SourceServerView?> ShowAsync(string serverId);

    /// <summary>One page of source servers.</summary>
    [Alias("List")]
    ValueTask<SourceServerListView> ListAsync(SourceServerQuery query);

    /// <summary>Gives it another name, 1 to 64 characters.</summary>
    /// <exception cref="BrokerException">InvalidArgument, UnknownSourceServer.</exception>
    [Alias("Rename")]
    ValueTask RenameAsync(string serverId, string name);

    /// <summary>Completes when the store takes a write.</summary>
    /// <exception cref="BrokerException">StorageUnavailable.</exception>
    [Alias("Ping")]
    ValueTask PingAsync();
}
