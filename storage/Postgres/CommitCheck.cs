using CommandBroker.Core;
using Npgsql;
using NpgsqlTypes;

namespace CommandBroker.Storage.Postgres;

/// <summary>
/// Finds out, in one query over a whole batch, which commits are written already, which another writer made impossible, and which can be
/// written now. Needed only after a clash or a lost answer.
/// </summary>
internal static class CommitCheck
{
    private const string Query = """
        select u.place, c.version, c.writer, k.seq
        from unnest($1::bigint[], $2::bigint[], $3::text[]) with ordinality as u(source_no, seq, key, place)
        left join command c on c.source_no = u.source_no and c.seq = u.seq
        left join command k on k.source_no = u.source_no and k.idempotency_key = u.key and k.seq <> u.seq
        """;

    /// <summary>Answers what can be answered now.</summary>
    /// <param name="connection">The writer's.</param>
    /// <param name="commits">Commits that have no answer yet.</param>
    /// <param name="mayBeWritten">
    /// Whether they were sent before and the answer was lost. What another writer has written over since then may have been written: such a
    /// commit fails as unknown. As a conflict its caller would decide again, and enqueue a second time what was there already.
    /// </param>
    /// <returns>
    /// Those that are written already, which are yet to be answered; those that can be written in one statement; and those that must wait for
    /// them, because both touch a row or an idempotency key.
    /// </returns>
    public static async Task<(List<PostgresCommit> Done, List<PostgresCommit> Ready, List<PostgresCommit> Later)> AnswerAsync(
        NpgsqlConnection connection, IReadOnlyList<PostgresCommit> commits, bool mayBeWritten)
    {
        StoredRow[] stored = await ReadAsync(connection, commits);
        var touched = new HashSet<(long SourceNo, object Row)>();
        List<PostgresCommit> done = [];
        List<PostgresCommit> ready = [];
        List<PostgresCommit> later = [];
        int place = 0;
        foreach (PostgresCommit commit in commits)
        {
            ReadOnlySpan<StoredRow> rows = stored.AsSpan(place, commit.Count);
            place += commit.Count;
            bool waits = Rows(commit).Any(touched.Contains);
            CommitStatus? status = waits ? null : StatusOf(commit, rows);
            if (status == CommitStatus.Conflict && mayBeWritten && IsPassed(commit, rows))
            {
                commit.Fail(new StoreUnavailableException("The answer to a commit was lost, and another writer has changed its commands since: it is written or not."));
                continue;
            }

            if (status == CommitStatus.Committed)
            {
                done.Add(commit);
                continue;
            }

            if (status is not null)
            {
                commit.TrySetResult(status.Value);
                continue;
            }

            touched.UnionWith(Rows(commit));
            (waits ? later : ready).Add(commit);
        }

        return (done, ready, later);
    }

    /// <summary>Fails those whose rows cannot be read, as damage belongs to one commit and not to its neighbours.</summary>
    /// <param name="connect">Gives the connection: damage ends the one it is met under.</param>
    /// <param name="commits">Commits that have no answer yet.</param>
    /// <returns>The others.</returns>
    public static async Task<List<PostgresCommit>> WithoutDamagedAsync(Func<Task<NpgsqlConnection>> connect, List<PostgresCommit> commits)
    {
        List<PostgresCommit> readable = [];
        foreach (PostgresCommit commit in commits)
        {
            try
            {
                await ReadAsync(await connect(), [commit]);
                readable.Add(commit);
            }
            catch (PostgresException fault) when (PostgresFaults.IsDamage(fault))
            {
                commit.Fail(PostgresFaults.Final(fault));
            }
        }

        return readable;
    }

    /// <summary>What a commit writes: rows by their number, keys by their text.</summary>
    private static IEnumerable<(long SourceNo, object Row)> Rows(PostgresCommit commit)
    {
        foreach (Command command in commit.Commit.Commands)
        {
            yield return (commit.Commit.SourceNo, command.Seq);
            if (command is { Version: 1, IdempotencyKey: { } key })
            {
                yield return (commit.Commit.SourceNo, key);
            }
        }
    }

    /// <summary>Null when it can be written.</summary>
    private static CommitStatus? StatusOf(PostgresCommit commit, ReadOnlySpan<StoredRow> rows)
    {
        int ours = 0;
        bool fits = true;
        bool keyTaken = false;
        for (int at = 0; at < rows.Length; at++)
        {
            StoredRow row = rows[at];
            ours += row.Version == commit[at].Version && row.Token == commit.Commit.Token ? 1 : 0;
            fits &= row.Version == commit[at].Version - 1;
            keyTaken |= row.KeyIsTaken;
        }

        return rows.Length switch
        {
            > 0 when ours == rows.Length => CommitStatus.Committed,
            _ when !fits => CommitStatus.Conflict,
            _ when keyTaken => CommitStatus.DuplicateKey,
            _ => null,
        };
    }

    /// <summary>Whether each row may have held what this commit writes: it has a later version, or retention has removed it.</summary>
    private static bool IsPassed(PostgresCommit commit, ReadOnlySpan<StoredRow> rows)
    {
        bool isPassed = true;
        for (int at = 0; at < rows.Length; at++)
        {
            Command command = commit[at];
            isPassed &= rows[at].Version > command.Version
                || (rows[at].Version == command.Version && rows[at].Token == commit.Commit.Token)
                || (rows[at].Version == 0 && command.Version > 1);
        }

        return isPassed;
    }

    private static async Task<StoredRow[]> ReadAsync(NpgsqlConnection connection, IReadOnlyList<PostgresCommit> commits)
    {
        List<long> sources = [];
        List<long> seqs = [];
        List<string?> keys = [];
        foreach (PostgresCommit commit in commits)
        {
            foreach (Command command in commit.Commit.Commands)
            {
                sources.Add(commit.Commit.SourceNo);
                seqs.Add(command.Seq);
                keys.Add(command.Version == 1 ? command.IdempotencyKey : null);
            }
        }

        await using var query = new NpgsqlCommand(Query, connection)
        {
            Parameters =
            {
                new() { Value = sources, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint },
                new() { Value = seqs, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint },
                new() { Value = keys, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
            },
        };
        var stored = new StoredRow[sources.Count];
        await using NpgsqlDataReader reader = await query.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            stored[reader.GetInt64(0) - 1] = new StoredRow(
                reader.IsDBNull(1) ? 0 : reader.GetInt32(1), reader.IsDBNull(2) ? 0 : reader.GetInt64(2), !reader.IsDBNull(3));
        }

        return stored;
    }

    /// <summary>What the table holds where a command is to be written; version 0 is no row.</summary>
    private readonly record struct StoredRow(int Version, long Token, bool KeyIsTaken);
}
