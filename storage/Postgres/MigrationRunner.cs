using System.Text.RegularExpressions;
using Npgsql;

namespace CommandBroker.Storage.Postgres;

/// <summary>
/// Carries out the steps of the schema that are missing, while older silos and everybody else go on using the database. Work has no time
/// limit; a wait for a lock has, because all who come later to a table queue behind whoever waits for it.
/// </summary>
/// <param name="connection">Not pooled; its session's <c>lock_timeout</c> changes until <see cref="EndAsync"/>.</param>
/// <param name="pause">Waits between two attempts.</param>
internal sealed partial class MigrationRunner(NpgsqlConnection connection, Func<TimeSpan, CancellationToken, Task> pause)
{
    private const int MaxAttempts = 5;
    private const string ShortWaits = "set statement_timeout = 0; set lock_timeout = '1s'";
    private const string LongWaits = "set statement_timeout = 0; set lock_timeout = 0";

    private const string Oldest = """
        select format(
            'The oldest transaction of others is that of process %s (%s, %s), open since %s.', pid, usename, application_name, xact_start)
        from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and xact_start is not null
        order by xact_start limit 1
        """;

    private static readonly TimeSpan PauseAfterAttempt = TimeSpan.FromSeconds(4);

    /// <summary>Carries out the parts of a step that are missing, and notes each.</summary>
    /// <exception cref="StoreUnavailableException">Others hold a lock that it needs; trying again later is right, and goes on where it stopped.</exception>
    public async Task ApplyAsync(Migration migration, CancellationToken cancellationToken)
    {
        int done = await DoneAsync(migration.Version, cancellationToken);
        for (int at = done; at < migration.Parts.Count; at++)
        {
            MigrationPart part = migration.Parts[at];
            int number = at + 1;
            await PatientlyAsync(migration.Name, () => RunAsync(migration, part, number, cancellationToken), cancellationToken);
        }
    }

    /// <summary>Runs a script in one transaction, which waits for its locks in short turns.</summary>
    /// <exception cref="StoreUnavailableException">Others hold a lock that it needs.</exception>
    public Task RunAsync(string name, string script, CancellationToken cancellationToken) => PatientlyAsync(
        name,
        async () =>
        {
            await ExecuteAsync(ShortWaits, cancellationToken);
            await ExecuteAsync(script, cancellationToken);
        },
        cancellationToken);

    /// <summary>Lets the session wait for locks again.</summary>
    public Task EndAsync(CancellationToken cancellationToken) => ExecuteAsync("reset lock_timeout", cancellationToken);

    private async Task RunAsync(Migration migration, MigrationPart part, int number, CancellationToken cancellationToken)
    {
        switch (part.Kind)
        {
            case MigrationPartKind.Concurrently:
                await ExecuteAsync(LongWaits, cancellationToken);
                await DropInvalidAsync(part.Sql, cancellationToken);
                await ExecuteAsync(part.Sql, cancellationToken);
                break;
            case MigrationPartKind.Batches:
                await ExecuteAsync(ShortWaits, cancellationToken);
                while (await ExecuteAsync(part.Sql, cancellationToken) > 0)
                {
                    // Each is a transaction of its own.
                }

                break;
            default:
                await ExecuteAsync(ShortWaits, cancellationToken);
                break;
        }

        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (part.Kind == MigrationPartKind.Transaction)
        {
            await ExecuteAsync(part.Sql, cancellationToken);
        }

        await NoteAsync(migration, number, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>A build that was cut off leaves an index that every write keeps up and no search uses, and its name is taken.</summary>
    private async Task DropInvalidAsync(string sql, CancellationToken cancellationToken)
    {
        foreach (Match built in IndexName().Matches(sql))
        {
            await using var query = new NpgsqlCommand(
                "select exists (select from pg_index where indexrelid = to_regclass($1) and not indisvalid)", connection)
            {
                Parameters = { new() { Value = built.Groups[1].Value } },
            };
            if ((bool)(await query.ExecuteScalarAsync(cancellationToken))!)
            {
                await ExecuteAsync($"drop index concurrently {built.Groups[1].Value}", cancellationToken);
            }
        }
    }

    private async Task PatientlyAsync(string name, Func<Task> attempt, CancellationToken cancellationToken)
    {
        for (int attempts = 1; ; attempts++)
        {
            try
            {
                await attempt();
                return;
            }
            catch (PostgresException fault) when (fault.SqlState is PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected)
            {
                if (attempts == MaxAttempts)
                {
                    string oldest = await OldestAsync(cancellationToken);
                    throw new StoreUnavailableException(
                        $"The schema's step {name} waits for others' transactions, and is tried again: {fault.MessageText}. {oldest}", fault);
                }
            }

            await pause(PauseAfterAttempt, cancellationToken);
        }
    }

    private async Task<string> OldestAsync(CancellationToken cancellationToken)
    {
        await using var query = new NpgsqlCommand(Oldest, connection);
        return await query.ExecuteScalarAsync(cancellationToken) as string ?? "";
    }

    private async Task<int> DoneAsync(int version, CancellationToken cancellationToken)
    {
        await using var query = new NpgsqlCommand("select coalesce(max(part), 0) from schema_part where version = $1", connection)
        {
            Parameters = { new() { Value = version } },
        };
        return (int)(await query.ExecuteScalarAsync(cancellationToken))!;
    }

    private async Task NoteAsync(Migration migration, int part, CancellationToken cancellationToken)
    {
        await using var note = new NpgsqlCommand(
            part < migration.Parts.Count
                ? "insert into schema_part (version, part) values ($1, $2)"
                : """
                    with parts as (delete from schema_part where version = $1 and part < $2)
                    insert into schema_step (version, name, least_known) values ($1, $3, $4)
                    """,
            connection)
        {
            Parameters = { new() { Value = migration.Version }, new() { Value = part } },
        };
        if (part == migration.Parts.Count)
        {
            note.Parameters.Add(new() { Value = migration.Name });
            note.Parameters.Add(new() { Value = migration.LeastKnown });
        }

        await note.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<int> ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    [GeneratedRegex(@"create\s+(?:unique\s+)?index\s+concurrently\s+(?:if\s+not\s+exists\s+)?(\w+)", RegexOptions.IgnoreCase)]
    private static partial Regex IndexName();
}
