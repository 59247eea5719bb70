using CommandBroker.Core;

namespace CommandBroker.Storage;

/// <summary>
/// Keeps the directory of source servers, by project. Every method may throw <see cref="StoreUnavailableException"/>: its change is made or not, perhaps
/// later, and never undoes one that was acknowledged after it.
/// </summary>
public interface ISourceServerStore
{
    /// <summary>
    /// Registers a source server, or updates what is known of it when the id is registered already. A deleted one comes back
    /// with its number and its highest sequence number, and one whose row is gone begins above all that are gone, so that none is used twice.
    /// </summary>
    /// <param name="server">What is known of it.</param>
    /// <param name="maxCount">The most that may be registered in its project.</param>
    /// <returns>False when its project holds that many and this would be one more; nothing is written.</returns>
    Task<bool> RegisterAsync(SourceServer server, int maxCount);

    /// <summary>Whether a source server is registered. Calls that wait at the same time share one round trip.</summary>
    Task<bool> ExistsAsync(SourceServerKey key);

    /// <summary>Reads one source server; null when it is not registered.</summary>
    Task<SourceServer?> FindAsync(SourceServerKey key);

    /// <summary>Reads one page of a project in the order of registration, and how many match in all.</summary>
    Task<SourceServerPage> ListAsync(SourceServerFilter filter);

    /// <summary>Gives a source server another name.</summary>
    /// <returns>False when it is not registered.</returns>
    Task<bool> RenameAsync(SourceServerKey key, string name);

    /// <summary>Replaces a source server's name and details, if they are still those that were read.</summary>
    /// <param name="former">What was read.</param>
    /// <param name="name">The new name.</param>
    /// <param name="details">The new details.</param>
    /// <returns>False when it is not registered, or has another name or other details by now; nothing is written.</returns>
    Task<bool> ReplaceAsync(SourceServer former, string name, string details);

    /// <summary>
    /// Deletes a source server that has no open command, and what it registered besides its name. Its row and its history stay until
    /// retention removes them (<see cref="ICommandStore.PurgeAsync"/>).
    /// </summary>
    /// <returns>False when it is not registered, or the store holds an open command of it.</returns>
    Task<bool> DeleteAsync(SourceServerKey key, DateTimeOffset now);

    /// <summary>
    /// Takes back deletions behind which an activation that did not know of them acknowledged an enqueue: such a source server is registered again, with its
    /// name alone. Repeating it is harmless.
    /// </summary>
    /// <param name="deletedSince">Only what was deleted then or later.</param>
    /// <returns>Those that are registered again, and whether everything could be read.</returns>
    Task<RestoredSourceServers> RestoreAsync(DateTimeOffset deletedSince);

    /// <summary>
    /// Notes for good that settings of its own are stored for a source server: it lasts until the source server is deleted. It is never
    /// taken back, so that no call that is carried out late can undo a later one.
    /// </summary>
    /// <returns>False when it is not registered.</returns>
    Task<bool> MarkOverridesAsync(SourceServerKey key);

    /// <summary>Lists a source server as quarantined, or, with null, no longer.</summary>
    Task SetQuarantineAsync(SourceServerKey key, string? reason);

    /// <summary>Notes when source servers last polled. An older instant never replaces a newer one; unknown ones are passed over.</summary>
    Task RecordVisitsAsync(IReadOnlyCollection<KeyValuePair<SourceServerKey, DateTimeOffset>> visits);
}
