using CommandBroker.Core;
using Npgsql;
using NpgsqlTypes;

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
    private const int Fresh = 0;
    private const int Whole = 1;
    private const int Delivered = 2;
    private const int Changed = 3;
    private const int Timed = 4;

    private readonly CommitRows[] _kinds = [CommitRows.ForFresh(), CommitRows.ForWhole(), CommitRows.ForDelivered(), CommitRows.ForChanged(), CommitRows.ForTimed()];
    private readonly NpgsqlCommand?[] _prepared = new NpgsqlCommand?[1 << 5];
    private readonly int _timeoutSeconds;
    private NpgsqlConnection? _preparedOn;

    public CommitStatement(TimeSpan timeout) => _timeoutSeconds = (int)Math.Ceiling(timeout.TotalSeconds);

    /// <summary>Writes the commands of all commits, or none of them.</summary>
    /// <returns>False when there is none to write, and so nothing was sent.</returns>
    /// <exception cref="PostgresException">Nothing was written; see <see cref="PostgresFaults.IsClash"/>.</exception>
    public async Task<bool> RunAsync(NpgsqlConnection connection, IReadOnlyList<PostgresCommit> commits)
    {
        long addedAt = Gather(commits);
        int shape = 0;
        for (int kind = 0; kind < _kinds.Length; kind++)
        {
            shape |= _kinds[kind].Count > 0 ? 1 << kind : 0;
        }

        if (shape == 0)
        {
            return false;
        }

        NpgsqlCommand command = await PrepareAsync(connection, shape);
        ((NpgsqlParameter<long>)command.Parameters[0]).TypedValue = addedAt;
        int at = 1;
        foreach (CommitRows rows in _kinds)
        {
            for (int column = 0; rows.Count > 0 && column < rows.Columns.Count; column++)
            {
                command.Parameters[at++].Value = rows.Columns[column].Values;
            }
        }

        await command.ExecuteNonQueryAsync();
        return true;
    }

    /// <summary>Sorts the commands by kind.</summary>
    /// <returns>The earliest enqueue among the new ones, in UTC ticks.</returns>
    private long Gather(IReadOnlyList<PostgresCommit> commits)
    {
        Array.ForEach(_kinds, rows => rows.Clear());
        long addedAt = long.MaxValue;
        foreach (PostgresCommit commit in commits)
        {
            for (int at = 0; at < commit.Count; at++)
            {
                Command command = commit[at];
                _kinds[KindOf(command)].Add(commit, at);
                if (command.Version == 1)
                {
                    addedAt = Math.Min(addedAt, command.EnqueuedAt.UtcTicks);
                }
            }
        }

        return addedAt;
    }

    private static int KindOf(Command command) => command switch
    {
        { Version: 1, State: CommandState.Pending, DeliveryCount: 0, RedriveCount: 0, DeliveredAt: null, OvertakenBy: null, TimeToLive: null } => Fresh,
        { Version: 1, State: CommandState.Pending, DeliveryCount: 0, RedriveCount: 0, DeliveredAt: null, OvertakenBy: null } => Timed,
        { Version: 1 } => Whole,
        { State: CommandState.Leased, RedriveCount: 0, OvertakenBy: null, Outcome: null } => Delivered,
        _ => Changed,
    };

    private async Task<NpgsqlCommand> PrepareAsync(NpgsqlConnection connection, int shape)
    {
        if (!ReferenceEquals(_preparedOn, connection))
        {
            Array.Clear(_prepared);
            _preparedOn = connection;
        }

        if (_prepared[shape] is { } known)
        {
            return known;
        }

        CommitRows[] present = [.. _kinds.Where(rows => rows.Count > 0)];
        var command = new NpgsqlCommand(CommitSql.Of(present), connection) { CommandTimeout = _timeoutSeconds };
        command.Parameters.Add(new NpgsqlParameter<long> { NpgsqlDbType = NpgsqlDbType.Bigint });
        foreach (CommitColumn column in present.SelectMany(rows => rows.Columns))
        {
            command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = column.ArrayType });
        }

        await command.PrepareAsync();
        _prepared[shape] = command;
        return command;
    }
}
