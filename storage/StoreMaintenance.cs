using CommandBroker.Storage.Postgres;
using CommandBroker.Storage.Sqlite;

namespace CommandBroker.Storage;

/// <summary>What an operator does to a store beside the broker: a backup of a file, and the word that a store was restored from one.</summary>
public static class StoreMaintenance
{
    /// <summary>
    /// Makes the numbers of all source servers go on above any that was given out before, as a store needs that was put back from a backup:
    /// numbers given out after the backup was made may be known to agents and tools. May be repeated; each time passes over more numbers.
    /// </summary>
    /// <param name="location">The store.</param>
    /// <param name="now">The clock; it must be ahead of that of every earlier restore.</param>
    /// <param name="cancellationToken">Ends the waiting; a number is raised for all source servers or for none.</param>
    /// <returns>How many source servers there are.</returns>
    /// <exception cref="InvalidOperationException">A broker runs on the store, its schema is another release's, or the clock is behind.</exception>
    /// <exception cref="StoreUnavailableException">The store cannot be reached or written.</exception>
    public static Task<long> RaiseNumbersAsync(StoreLocation location, DateTimeOffset now, CancellationToken cancellationToken) => location.File is { } file
        ? Task.Run(() => SqliteMaintenance.RaiseNumbers(file, now), cancellationToken)
        : PostgresMaintenance.RaiseNumbersAsync(location.ConnectionString!, now, cancellationToken);

    /// <summary>
    /// Copies a SQLite store into a new file while a broker runs on it. The copy holds everything acknowledged before it began, and raises its
    /// numbers by itself when a broker first opens it.
    /// </summary>
    /// <param name="location">The store; PostgreSQL is backed up by its own tools.</param>
    /// <param name="target">The file to make; it must not be there.</param>
    /// <param name="cancellationToken">Counts before the copy begins.</param>
    /// <exception cref="InvalidOperationException">The store is PostgreSQL, or the target is there.</exception>
    /// <exception cref="StoreUnavailableException">The file cannot be read, or the copy not written.</exception>
    public static Task BackupAsync(StoreLocation location, string target, CancellationToken cancellationToken) => location.File is { } file
        ? Task.Run(() => SqliteMaintenance.Backup(file, target), cancellationToken)
        : throw new InvalidOperationException("A PostgreSQL database is backed up by pg_dump or pg_basebackup; docs/operations/recover.md says how.");
}
