using Npgsql;

namespace CommandBroker.Storage.Postgres;

/// <summary>
/// Brings the schema up to date: the embedded files <c>Migrations/NNNN_name.sql</c>, in the order of their numbers, each once. Numbers may
/// have gaps, and one that was skipped is made up for. An advisory lock makes brokers that start together take turns; it is given back
/// explicitly, because a connection pooler would keep it.
/// </summary>
/// <remarks>
/// A file whose first line is <c>-- least-known: N</c> only adds: a release that knows the files up to N runs, and starts, on a database that
/// has it (docs/operations/upgrade.md). Releases up to 0006 look into <c>schema_version</c> and refuse what is newer than
/// they know; so that is a view, which shows the steps that must be known and hides the others.
/// </remarks>
internal static class PostgresMigrations
{
    private const long LockKey = 0x436d6442726b4d67;
    private static readonly TimeSpan TurnPause = TimeSpan.FromMilliseconds(200);

    private const string IsSetUp = "select to_regclass('schema_step') is not null and to_regclass('schema_part') is not null";

    private const string MakeSteps = """
        create table if not exists schema_step (version integer primary key, name text not null, applied_at timestamptz not null default now(), least_known integer);
        create table if not exists schema_part (version integer not null, part integer not null, primary key (version, part));
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
    /// <exception cref="StoreUnavailableException">Others hold a lock that a step needs; trying again later is right.</exception>
    public static Task ApplyAsync(NpgsqlConnection connection, DateTimeOffset now, CancellationToken cancellationToken) =>
        ApplyAsync(connection, Migration.Known(), now, Task.Delay, cancellationToken);

    /// <inheritdoc cref="ApplyAsync(NpgsqlConnection, DateTimeOffset, CancellationToken)"/>
    public static async Task ApplyAsync(
        NpgsqlConnection connection,
        IReadOnlyList<Migration> known,
        DateTimeOffset now,
        Func<TimeSpan, CancellationToken, Task> pause,
        CancellationToken cancellationToken)
    {
        // Not pg_advisory_lock: a statement that waits keeps its snapshot, which an index that is built concurrently waits for in turn.
        while (!await AskAsync(connection, $"select pg_try_advisory_lock({LockKey})", cancellationToken))
        {
            await pause(TurnPause, cancellationToken);
        }

        try
        {
            await ApplyLockedAsync(connection, known, pause, cancellationToken);
            await PostgresNumbering.CheckHomeAsync(connection, now, cancellationToken);
        }
        finally
        {
            if (connection.FullState == System.Data.ConnectionState.Open)
            {
                await AskAsync(connection, $"select pg_advisory_unlock({LockKey})", CancellationToken.None);
            }
        }

        await CheckGrainKeyAsync(connection, cancellationToken);
    }

    /// <summary>Refuses a database whose schema is not this release's, for whoever must not change it.</summary>
    public static async Task RequireCurrentAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        HashSet<int> applied = await AskAsync(connection, "select to_regclass('schema_step') is not null", cancellationToken)
            ? [.. (await ReadAppliedAsync(connection, cancellationToken)).Keys]
            : [];
        IReadOnlyList<Migration> known = Migration.Known();
        if (!applied.SetEquals(known.Select(migration => migration.Version)))
        {
            string found = applied.Count == 0 ? "none that this release knows" : $"version {applied.Max()}";
            throw new InvalidOperationException(
                $"The database's schema is {found}; this release reads {known[^1].Version}. Use the release of the broker that runs on it, or start this one's broker on it first.");
        }
    }

    private static async Task ApplyLockedAsync(
        NpgsqlConnection connection,
        IReadOnlyList<Migration> known,
        Func<TimeSpan, CancellationToken, Task> pause,
        CancellationToken cancellationToken)
    {
        var runner = new MigrationRunner(connection, pause);
        if (!await AskAsync(connection, IsSetUp, cancellationToken))
        {
            await runner.RunAsync("that lists the steps", MakeSteps, cancellationToken);
        }

        Dictionary<int, int> applied = await ReadAppliedAsync(connection, cancellationToken);
        if (applied.Count > 0 && applied.Values.Max() > known[^1].Version)
        {
            throw new InvalidOperationException(
                $"The database's schema is version {applied.Keys.Max()}, which needs a release that knows {applied.Values.Max()}; "
                + $"this one understands up to {known[^1].Version}. Start a newer release.");
        }

        foreach (Migration migration in known.Where(migration => !applied.ContainsKey(migration.Version)))
        {
            await runner.ApplyAsync(migration, cancellationToken);
        }

        await runner.EndAsync(cancellationToken);
    }

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

    private static async Task<bool> AskAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var query = new NpgsqlCommand(sql, connection);
        return (bool)(await query.ExecuteScalarAsync(cancellationToken))!;
    }
}
