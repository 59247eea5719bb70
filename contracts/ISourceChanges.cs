using Orleans.CodeGeneration;

namespace CommandBroker.Contracts;

/// <summary>
/// Changes of registered source servers; the grain is that of <see cref="ISourceDirectoryGrain"/>, and so are its keys and exceptions.
/// </summary>
/// <remarks>An interface of its own, as <see cref="IQueuePages"/> is.</remarks>
[Version(2)]
[Alias("CommandBroker.ISourceChanges")]
public interface ISourceChanges : IGrainWithIntegerKey
{
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
}
