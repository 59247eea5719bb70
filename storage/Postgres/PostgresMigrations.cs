using System.Reflection;
using Npgsql;

namespace CommandBroker.Storage.Postgres;

/// <summary>
/// Brings the schema up to date: the embedded files <c>Migrations/NNNN_name.sql</c>, in the order of their numbers, each once and in a
/// transaction of its own. Numbers may have gaps, and one that was skipped is made up for. An advisory
/// lock makes brokers that start together take turns; it is given back explicitly, because a connection pooler would keep it.
/// </summary>
/// <remarks>
/// A file whose first line is <c>-- least-known: N</c> only adds: a release that knows the files up to N runs, and starts, on a database that
/// has it (docs/operations.md, "Upgrades"). Releases up to 0006 look into <c>schema_version</c> and refuse what is newer than
/// they know; so that is a view, which shows the steps that must be known and hides the others.
/// </remarks>
internal static class PostgresMigrations
{
    private const long LockKey = 0x436d6442726b4d67;
    private const string Prefix = "CommandBroker.Storage.Postgres.Migrations.";
    private const string LeastKnown = "-- least-known: ";

    private const string MakeSteps = """
        create table if not exists schema_step (version integer primary key, name text not null, applied_at timestamptz not null default now(), least_known integer);
        do $$ begin
            if exists (select from pg_class where oid = to_regclass('schema_version') and relkind = 'r') then
                insert into schema_step (version, name, applied_at) select version, name, applied_at from schema_version;
                drop table schema_version;
            end if;
            create or replace view schema_version as select version, name, applied_at from schema_step
            where version <= (select max(coalesce(least_known, version)) from schema_step);
        end $$
        """;

    /// <summary>Applies what is missing, and raises the numbers of a database that was restored.</summary>
    /// <exception cref="InvalidOperationException">The schema is newer than this release, Orleans' unique key is missing, or <see cref="PostgresNumbering"/> refuses.</exception>
    public static async Task ApplyAsync(NpgsqlConnection connection, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await ExecuteAsync(connection, $"select pg_advisory_lock({LockKey})", cancellationToken);
        try
        {
            await ApplyLockedAsync(connection, cancellationToken);
            await PostgresNumbering.CheckHomeAsync(connection, now, cancellationToken);
        }
        finally
        {
            await ExecuteAsync(connection, $"select pg_advisory_unlock({LockKey})", CancellationToken.None);
        }

        await CheckGrainKeyAsync(connection, cancellationToken);
    }

    /// <summary>Refuses a database whose schema is not this release's, for whoever must not change it.</summary>
    public static async Task RequireCurrentAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var query = new NpgsqlCommand("select to_regclass('schema_step') is not null", connection);
        HashSet<int> applied = (bool)(await query.ExecuteScalarAsync(cancellationToken))! ? [.. (await ReadAppliedAsync(connection, cancellationToken)).Keys] : [];
        if (!applied.SetEquals(Known().Keys))
        {
            string found = applied.Count == 0 ? "none that this release knows" : $"version {applied.Max()}";
            throw new InvalidOperationException(
                $"The database's schema is {found}; this release reads {Known().Keys.Last()}. Use the release of the broker that runs on it, or start this one's broker on it first.");
        }
    }

    private static async Task ApplyLockedAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await ExecuteAsync(connection, MakeSteps, cancellationToken);
        SortedDictionary<int, string> known = Known();
        Dictionary<int, int> applied = await ReadAppliedAsync(connection, cancellationToken);
        if (applied.Count > 0 && applied.Values.Max() > known.Keys.Last())
        {
            throw new InvalidOperationException(
                $"The database's schema is version {applied.Keys.Max()}, which needs a release that knows {applied.Values.Max()}; "
                + $"this one understands up to {known.Keys.Last()}. Start a newer release.");
        }

        foreach ((int version, string resource) in known.Where(migration => !applied.ContainsKey(migration.Key)))
        {
            await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);
            string script = Read(resource);
            await ExecuteAsync(connection, script, cancellationToken);
            await using var note = new NpgsqlCommand("insert into schema_step (version, name, least_known) values ($1, $2, $3)", connection, transaction)
            {
                Parameters = { new() { Value = version }, new() { Value = resource[Prefix.Length..] }, new() { Value = LeastKnownOf(script) ?? version } },
            };
            await note.ExecuteNonQueryAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
    }

    private static int? LeastKnownOf(string script) => script.StartsWith(LeastKnown, StringComparison.Ordinal)
        ? int.Parse(script.AsSpan(LeastKnown.Length, script.IndexOf('\n', StringComparison.Ordinal) - LeastKnown.Length), System.Globalization.CultureInfo.InvariantCulture)
        : null;

    /// <summary>The steps that were made, and for each the last one that a release must know to run on it.</summary>
    private static async Task<Dictionary<int, int>> ReadAppliedAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var query = new NpgsqlCommand("select version, coalesce(least_known, version) from schema_step", connection);
        await using NpgsqlDataReader rows = await query.ExecuteReaderAsync(cancellationToken);
        var applied = new Dictionary<int, int>();
        while (await rows.ReadAsync(cancellationToken))
        {
            applied.Add(rows.GetInt32(0), rows.GetInt32(1));
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
