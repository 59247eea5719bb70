using CommandBroker.Storage.Identity.Sql;
using CommandBroker.Storage.Sqlite;

namespace CommandBroker.Storage.Memory;

/// <summary>
/// Identities of a database that lives as long as the process: SQLite without a file, so that there is no third way to keep them. They are rare and
/// remembered by gateways; nothing that is measured waits for this.
/// </summary>
internal sealed class MemoryIdentityDatabase : IIdentityDatabase, IDisposable
{
    private readonly Lock _turn = new();
    private readonly SqliteSession _session = new(":memory:", forWriting: true);

    public MemoryIdentityDatabase() => SqliteMigrations.RunIdentity(_session);

    /// <inheritdoc/>
    public Task<T> ReadAsync<T>(Func<IIdentitySession, ValueTask<T>> work) => WriteAsync(work);

    /// <inheritdoc/>
    public Task<T> WriteAsync<T>(Func<IIdentitySession, ValueTask<T>> work)
    {
        lock (_turn)
        {
            _session["BEGIN"].Run();
            try
            {
                T result = work(new SqliteIdentitySession(_session)).AsTask().GetAwaiter().GetResult();
                _session["COMMIT"].Run();
                return Task.FromResult(result);
            }
            catch
            {
                _session["ROLLBACK"].Run();
                throw;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_turn)
        {
            _session.Dispose();
        }
    }
}
