using CommandBroker.Storage.Identity.Sql;
using Npgsql;

namespace CommandBroker.Storage.Postgres;

/// <summary>Runs the statements of identities over the pool.</summary>
internal sealed class PostgresIdentityDatabase(PostgresConnections connections) : IIdentityDatabase
{
    /// <inheritdoc/>
    public Task<T> ReadAsync<T>(Func<IIdentitySession, ValueTask<T>> work) =>
        connections.RunAsync(connection => work(new PostgresIdentitySession(connection)).AsTask());

    /// <inheritdoc/>
    public Task<T> WriteAsync<T>(Func<IIdentitySession, ValueTask<T>> work) => connections.RunAsync(async connection =>
    {
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync();
        T result = await work(new PostgresIdentitySession(connection));
        await transaction.CommitAsync();
        return result;
    });
}
