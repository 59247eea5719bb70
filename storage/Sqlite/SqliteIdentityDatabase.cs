using CommandBroker.Storage.Identity.Sql;

namespace CommandBroker.Storage.Sqlite;

/// <summary>Runs the statements of identities over the readers and the one writer. Nothing in them waits, so they end before they return.</summary>
internal sealed class SqliteIdentityDatabase(SqliteReaders readers, SqliteWriter writer) : IIdentityDatabase
{
    /// <inheritdoc/>
    public Task<T> ReadAsync<T>(Func<IIdentitySession, ValueTask<T>> work) =>
        readers.ReadAsync(session => work(new SqliteIdentitySession(session)).AsTask().GetAwaiter().GetResult());

    /// <inheritdoc/>
    public Task<T> WriteAsync<T>(Func<IIdentitySession, ValueTask<T>> work) =>
        writer.WriteAsync(session => work(new SqliteIdentitySession(session)).AsTask().GetAwaiter().GetResult());
}
