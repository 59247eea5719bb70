using CommandBroker.Core;
using Npgsql;

namespace CommandBroker.Storage.Postgres;

/// <summary>
/// Writes a batch in one statement, one round trip and one implicit transaction. Speed wins over plain SQL here.
/// </summary>
/// <remarks>
/// Each column is one array, and <c>unnest</c> makes rows of them. The statement compares the number of rows it changed with the number it
/// was given and divides by zero when they differ: an error is the only thing that takes back all of a statement. Who was the culprit,
/// <see cref="CommitCheck"/> finds out afterwards; it is rare. One statement is prepared per combination of kinds of rows.
/// </remarks>
internal sealed class CommitStatement
{
    private const string ChangedSet = "version = u.version, writer = u.writer, state = u.state, delivery_count = u.delivery_count, "
        + "redrive_count = u.redrive_count, delivered_at = u.delivered_at, leased_until = u.leased_until, overtaken_by = u.overtaken_by, "
        + "ended_at = u.ended_at, outcome = u.outcome";

    private readonly CommitRows _fresh = CommitRows.ForFresh();
    private readonly CommitRows _whole = CommitRows.ForWhole();
    private readonly CommitRows _changed = CommitRows.ForChanged();
    private readonly Dictionary<int, NpgsqlCommand> _prepared = [];
    private readonly int _timeoutSeconds;
    private NpgsqlConnection? _preparedOn;

    public CommitStatement(TimeSpan timeout) => _timeoutSeconds = (int)Math.Ceiling(timeout.TotalSeconds);

    /// <summary>Writes the commands of all commits, or none of them.</summary>
    /// <exception cref="PostgresException">Nothing was written; see <see cref="PostgresFaults.IsClash"/>.</exception>
    public async Task RunAsync(NpgsqlConnection connection, IReadOnlyList<PostgresCommit> commits)
    {
        Gather(commits);
        if (_fresh.Count + _whole.Count + _changed.Count == 0)
        {
            return;
        }

        NpgsqlCommand command = await PrepareAsync(connection);
        int at = 0;
        foreach (CommitRows rows in Kinds())
        {
            foreach (CommitColumn column in rows.Columns)
            {
                command.Parameters[at++].Value = column.Values;
            }
        }

        await command.ExecuteNonQueryAsync();
    }

    private void Gather(IReadOnlyList<PostgresCommit> commits)
    {
        _fresh.Clear();
        _whole.Clear();
        _changed.Clear();
        foreach (PostgresCommit commit in commits)
        {
            for (int at = 0; at < commit.Count; at++)
            {
                (commit[at].Version > 1 ? _changed : IsFresh(commit[at]) ? _fresh : _whole).Add(commit, at);
            }
        }
    }

    private static bool IsFresh(Command command) =>
        command is { State: CommandState.Pending, DeliveryCount: 0, RedriveCount: 0, DeliveredAt: null, OvertakenBy: null };

    private IEnumerable<CommitRows> Kinds()
    {
        CommitRows[] kinds = [_fresh, _whole, _changed];
        return kinds.Where(rows => rows.Count > 0);
    }

    private async Task<NpgsqlCommand> PrepareAsync(NpgsqlConnection connection)
    {
        if (!ReferenceEquals(_preparedOn, connection))
        {
            _prepared.Clear();
            _preparedOn = connection;
        }

        int shape = (_fresh.Count > 0 ? 1 : 0) | (_whole.Count > 0 ? 2 : 0) | (_changed.Count > 0 ? 4 : 0);
        if (!_prepared.TryGetValue(shape, out NpgsqlCommand? command))
        {
            command = new NpgsqlCommand(Text(), connection) { CommandTimeout = _timeoutSeconds };
            foreach (CommitColumn column in Kinds().SelectMany(rows => rows.Columns))
            {
                command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = column.ArrayType });
            }

            await command.PrepareAsync();
            _prepared.Add(shape, command);
        }

        return command;
    }

    private string Text()
    {
        int parameter = 0;
        var parts = new List<string>();
        if (_fresh.Count > 0)
        {
            parts.Add("fresh as (insert into command (source_no, seq, writer, idempotency_key, payload, version, state, delivery_count, redrive_count) "
                + $"select u.*, 1, 0, 0, 0 from {Unnest(_fresh, ref parameter)})");
        }

        if (_whole.Count > 0)
        {
            parts.Add($"whole as (insert into command ({Names(_whole)}) select u.* from {Unnest(_whole, ref parameter)})");
        }

        string check = "select 1";
        if (_changed.Count > 0)
        {
            check = $"select 1 / (case when (select count(*) from changed) = cardinality(${parameter + 1}) then 1 else 0 end)";
            parts.Add($"changed as (update command c set {ChangedSet} from {Unnest(_changed, ref parameter)} "
                + "where c.source_no = u.source_no and c.seq = u.seq and c.version = u.version - 1 returning 1)");
        }

        return $"with {string.Join(", ", parts)} {check}";
    }

    private static string Unnest(CommitRows rows, ref int parameter)
    {
        var arrays = new List<string>();
        foreach (CommitColumn column in rows.Columns)
        {
            arrays.Add($"${++parameter}::{column.ArraySqlType}");
        }

        return $"unnest({string.Join(", ", arrays)}) as u({Names(rows)})";
    }

    private static string Names(CommitRows rows) => string.Join(", ", rows.Columns.Select(column => column.Name));
}
