using System.Reflection;
using Npgsql;

namespace CommandBroker.Storage.Postgres;

/// <summary>
/// Brings the schema up to date: the embedded files <c>Migrations/NNNN_name.sql</c>, in the order of their numbers, each once and in a
/// transaction of its own. Numbers may have gaps, and one that was skipped is made up for. An advisory
/// lock makes brokers that start together take turns; it is given back explicitly, because a connection pooler would keep it.
/// </summary>
internal static class PostgresMigrations
{
    private const long LockKey = 0x436d6442726b4d67;
    private const string Prefix = "CommandBroker.Storage.Postgres.Migrations.";

    /// <summary>Applies what is missing.</summary>
    /// <exception cref="InvalidOperationException">The schema is newer than this release, or Orleans' unique key is missing.</exception>
    public static async Task ApplyAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await ExecuteAsync(connection, $"select pg_advisory_lock({LockKey})", cancellationToken);
        try
        {
            await ApplyLockedAsync(connection, cancellationToken);
        }
        finally
        {
            await ExecuteAsync(connection, $"select pg_advisory_unlock({LockKey})", CancellationToken.None);
        }

        await CheckGrainKeyAsync(connection, cancellationToken);
    }

    private static async Task ApplyLockedAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await ExecuteAsync(
            connection,
            "create table if not exists schema_version (version integer primary key, name text not null, applied_at timestamptz not null default now())",
            cancellationToken);
        SortedDictionary<int, string> known = Known();
        HashSet<int> applied = await ReadAppliedAsync(connection, cancellationToken);
        if (applied.Count > 0 && applied.Max() > known.Keys.Last())
        {
            throw new InvalidOperationException(
                $"The database's schema is version {applied.Max()}; this release understands up to {known.Keys.Last()}. Start a newer release.");
        }

        foreach ((int version, string resource) in known.Where(migration => !applied.Contains(migration.Key)))
        {
            await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);
            await ExecuteAsync(connection, Read(resource), cancellationToken);
            await using var note = new NpgsqlCommand("insert into schema_version (version, name) values ($1, $2)", connection, transaction)
            {
                Parameters = { new() { Value = version }, new() { Value = resource[Prefix.Length..] } },
            };
            await note.ExecuteNonQueryAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
    }

    private static async Task<HashSet<int>> ReadAppliedAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var query = new NpgsqlCommand("select version from schema_version", connection);
        await using NpgsqlDataReader rows = await query.ExecuteReaderAsync(cancellationToken);
        var applied = new HashSet<int>();
        while (await rows.ReadAsync(cancellationToken))
        {
            applied.Add(rows.GetInt32(0));
        }

        return applied;
    }

    private static async Task CheckGrainKeyAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var query = new NpgsqlCommand(
            "select count(*) from pg_index where indrelid = to_regclass('orleansstorage') and indisunique and indisvalid", connection);
        if ((long)(await query.ExecuteScalarAsync(cancellationToken))! == 0)
        {
            throw new InvalidOperationException(
                "Table OrleansStorage has no unique key, so two activations could both write a grain's first state. "
                + "Make the index OrleansStorage_Key again, as in migration 0002_grain_state.sql.");
        }
    }

    internal static SortedDictionary<int, string> Known()
    {
        var known = new SortedDictionary<int, string>();
        foreach (string resource in Assembly.GetExecutingAssembly().GetManifestResourceNames())
        {
            if (resource.StartsWith(Prefix, StringComparison.Ordinal))
            {
                known.Add(int.Parse(resource.AsSpan(Prefix.Length, 4), System.Globalization.CultureInfo.InvariantCulture), resource);
            }
        }

        return known;
    }

    private static string Read(string resource)
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)!);
        return reader.ReadToEnd();
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
