using Npgsql;

namespace CommandBroker.Storage.Postgres;

/// <summary>
/// Knows the newest server that any session of this process has led to, so that none is used that leads to one which it has replaced: that one may
/// still answer, and show what no other has.
/// </summary>
internal sealed class ServerHistory
{
    private readonly Lock _gate = new();
    private string _newest = "";

    /// <summary>Called when a session leads to a server that has replaced the one known so far: other sessions may lead there still.</summary>
    public Action? Replaced { get; init; }

    /// <summary>The newest server's <see cref="PostgresSession.Lineage"/>; null before the first session.</summary>
    public string? Newest
    {
        get
        {
            lock (_gate)
            {
                return _newest.Length == 0 ? null : _newest;
            }
        }
    }

    /// <inheritdoc cref="PostgresSession.SetUp"/>
    /// <exception cref="IOException">It leads to a server that another one has replaced.</exception>
    public void SetUp(NpgsqlConnection connection) => Note(PostgresSession.SetUp(connection));

    /// <inheritdoc cref="SetUp"/>
    public async Task SetUpAsync(NpgsqlConnection connection) => Note(await PostgresSession.SetUpAsync(connection));

    /// <summary>Notes which server a new session leads to.</summary>
    /// <param name="lineage">Of <see cref="PostgresSession.Lineage"/>. A standby has none; and between two systems there is no older one.</param>
    /// <exception cref="IOException">A server that another one has replaced.</exception>
    internal void Note(string lineage)
    {
        bool isReplaced;
        lock (_gate)
        {
            if (lineage.Length == 0 || lineage == _newest)
            {
                return;
            }

            if (SystemOf(lineage) == SystemOf(_newest) && string.CompareOrdinal(lineage, _newest) < 0)
            {
                throw new IOException(
                    $"PostgreSQL is on timeline {TimelineOf(lineage)}, and this process has used timeline {TimelineOf(_newest)} of the same system: "
                    + "another server has taken over. Let the address lead to it; after going back on purpose, restart the broker.");
            }

            isReplaced = _newest.Length > 0;
            _newest = lineage;
        }

        if (isReplaced)
        {
            Replaced?.Invoke();
        }
    }

    private static string TimelineOf(string lineage) => lineage.Split('/')[0];

    private static string SystemOf(string lineage) => lineage.Split('/')[^1];
}
