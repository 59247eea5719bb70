using Orleans.CodeGeneration;

namespace CommandBroker.Contracts;

/// <summary>
/// The directory of source servers, answered from the store without waking any queue. Stateless; use key 0. One source server is named by the
/// text of its <see cref="CommandBroker.Core.SourceServerKey"/>; a text that is none names no source server.
/// </summary>
[Alias("CommandBroker.ISourceDirectoryGrain")]
[Version(1)]
public interface ISourceDirectoryGrain : IGrainWithIntegerKey
{
    /// <summary>The most keys of one <see cref="ExistEachAsync"/>: as many as the store looks up in one round trip.</summary>
    const int MaxExistCount = 512;

    /// <summary>Registers a source server in its project, or updates one that is registered there.</summary>
    /// <returns>Its id within the project.</returns>
    /// <exception cref="BrokerException">InvalidArgument, TooManySourceServers, StorageUnavailable.</exception>
    [Alias("Register")]
    ValueTask<string> RegisterAsync(RegisterCall call);

    /// <summary>Whether it is registered.</summary>
    [Alias("Exists")]
    ValueTask<bool> ExistsAsync(string key);

    /// <summary>Whether they are registered, each for itself: a gateway asks once for all whose agents wait.</summary>
    /// <param name="keys">1 to <see cref="MaxExistCount"/> texts of keys.</param>
    /// <returns>As many answers, in that order.</returns>
    /// <exception cref="BrokerException">InvalidArgument: too many; StorageUnavailable.</exception>
    [Alias("ExistEach")]
    ValueTask<bool[]> ExistEachAsync(string[] keys);

    /// <summary>One source server; null when it is not registered.</summary>
    [Alias("Show")]
    ValueTask<SourceServerView?> ShowAsync(string key);

    /// <summary>One page of the source servers of a project.</summary>
    [Alias("List")]
    ValueTask<SourceServerListView> ListAsync(SourceServerQuery query);

    /// <summary>Gives it another name, 1 to 64 characters.</summary>
    /// <param name="key">The source server.</param>
    /// <param name="name">The name.</param>
    /// <param name="actor">Who, for the audit; null when not known.</param>
    /// <exception cref="BrokerException">InvalidArgument, UnknownSourceServer.</exception>
    [Alias("Rename")]
    ValueTask RenameAsync(string key, string name, string? actor = null);

    /// <summary>Changes a source server, all of it or nothing. Repeating a change is harmless.</summary>
    /// <param name="key">The source server.</param>
    /// <param name="change">What is to be changed.</param>
    /// <param name="actor">Who, for the audit; null when not known.</param>
    /// <exception cref="BrokerException">
    /// InvalidArgument, UnknownSourceServer; StorageUnavailable, also when others change it all the time.
    /// </exception>
    [Alias("Change")]
    ValueTask ChangeAsync(string key, SourceServerChange change, string? actor = null);

    /// <summary>
    /// Completes once the store keeps it as surely as what it acknowledged that there is no such source server: that answer acknowledges a deletion to a
    /// caller who repeats it.
    /// </summary>
    /// <param name="key">The source server.</param>
    /// <exception cref="BrokerException">StorageUnavailable, also when it is registered.</exception>
    [Alias("VouchAbsence")]
    ValueTask VouchAbsenceAsync(string key);

    /// <summary>Completes when the store has taken a write within the last second. Asking often costs the store nothing more.</summary>
    /// <exception cref="BrokerException">StorageUnavailable.</exception>
    [Alias("Ping")]
    ValueTask PingAsync();
}
