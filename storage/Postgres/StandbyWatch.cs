using Npgsql;

namespace CommandBroker.Storage.Postgres;

/// <summary>
/// Notices on one connection that the server committed without the standby that <c>synchronous_standby_names</c> demands: a commit whose waiting
/// was cancelled is answered with a warning and then as if all were well.
/// </summary>
internal sealed class StandbyWatch : IDisposable
{
    /// <summary>
    /// A commit of its own: once it is answered, the required standby has everything that was visible before. A message in the log and no row,
    /// so that no two brokers wait for each other and nothing is left to vacuum. It asks for its transaction's number first: a standby refuses that as
    /// read-only (25006), and the message itself as a fault of its own (XX000).
    /// </summary>
    public const string Barrier = "select pg_logical_emit_message(true, 'commandbroker', '') where pg_current_xact_id() is not null";

    // The code of a warning without one of its own; the server gives it to no other warning of a commit.
    private const string Warning = "01000";

    private readonly NpgsqlConnection _connection;
    private volatile bool _isAlone;

    /// <summary>Begins to listen.</summary>
    public StandbyWatch(NpgsqlConnection connection)
    {
        _connection = connection;
        connection.Notice += Note;
    }

    /// <summary>Refuses to acknowledge what was committed since this was made, when the server alone has it.</summary>
    /// <exception cref="StoreUnavailableException">It is committed, but not where it has to be.</exception>
    public void Check()
    {
        if (_isAlone)
        {
            throw new StoreUnavailableException("The standby that synchronous_standby_names demands did not confirm the commit.");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _connection.Notice -= Note;

    private void Note(object sender, NpgsqlNoticeEventArgs arguments) =>
        _isAlone |= arguments.Notice is { SqlState: Warning, InvariantSeverity: "WARNING" };
}
