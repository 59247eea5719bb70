using CommandBroker.Storage.Identity.Sql;
using Npgsql;

namespace CommandBroker.Storage.Postgres;

/// <summary>Runs the statements of identities over the pool.</summary>
internal sealed class PostgresIdentityDatabase(PostgresConnections connections) : IIdentityDatabase
{
    /// <inheritdoc/>
    public Task<T> ReadAsync<T>(Func<IIdentitySession, ValueTask<T>> work) =>
        connections.ReadAsync(connection => work(new PostgresIdentitySession(connection)).AsTask());

    /// <inheritdoc/>
    public Task<T> WriteAsync<T>(Func<IIdentitySession, ValueTask<T>> work) => connections.ChangeAsync(async connection =>
    {
        T result = await work(new PostgresIdentitySession(connection));

        // Also what changes no row, as a write that finds itself done, is acknowledged only behind a commit.
        await using var barrier = new NpgsqlCommand(StandbyWatch.Barrier, connection);
        await barrier.ExecuteNonQueryAsync();
        return result;
    });
}
