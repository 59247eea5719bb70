using System.Diagnostics;
using Npgsql;

namespace CommandBroker.Storage.Postgres;

/// <summary>Work on a database beside the broker.</summary>
internal static class PostgresMaintenance
{
    private const string Brokers = """
        select count(*) from pg_stat_activity
        where datname = current_database() and application_name like 'commandbroker%' and pid <> pg_backend_pid()
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <inheritdoc cref="StoreMaintenance.RaiseNumbersAsync"/>
    public static async Task<long> RaiseNumbersAsync(string connectionString, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, ApplicationName = "cbroker" };
        await using var connection = new NpgsqlConnection(settings.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            await PostgresMigrations.RequireCurrentAsync(connection, cancellationToken);
            await RequireNoBrokerAsync(connection, cancellationToken);
            return await PostgresNumbering.RaiseAsync(connection, now, cancellationToken);
        }
        catch (NpgsqlException fault)
        {
            throw PostgresFaults.ForOperator(fault);
        }
    }

    // What brokers hold in memory counts on from the old numbers. The server needs a moment to notice that one has just ended.
    private static async Task RequireNoBrokerAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var brokers = new NpgsqlCommand(Brokers, connection);
        long startedAt = Stopwatch.GetTimestamp();
        while ((long)(await brokers.ExecuteScalarAsync(cancellationToken))! is > 0 and var count)
        {
            if (Stopwatch.GetElapsedTime(startedAt) > Patience)
            {
                throw new InvalidOperationException($"{count} connections of brokers are open on the database. Stop all silos and gateways first.");
            }

            await Task.Delay(50, cancellationToken);
        }
    }
}
