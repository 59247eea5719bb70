using CommandBroker.Core;
using CommandBroker.Storage.Batching;
using Npgsql;
using NpgsqlTypes;

namespace CommandBroker.Storage.Postgres;

/// <summary>The directory of source servers in PostgreSQL.</summary>
internal sealed class PostgresSourceServerStore : ISourceServerStore, IAsyncDisposable
{
    // Each locks its row, and the total of its project, until all are written.
    private const int MaxRegistrationsAtOnce = 64;

    private const string Known = "server_id = $1 and deleted_at is null";

    // The planner does not see how long the arrays are behind a subquery, so it goes by key. Else it reads all that are registered, every second,
    // while the server has no statistics (43 ms instead of 4 for 700 of 100,000), and later for more than some thousands.
    private const string RecordVisits = """
        update source_server s set last_visit_at = v.visited_at
        from unnest((select $1::text[]), (select $2::bigint[])) as v(server_id, visited_at)
        where s.server_id = v.server_id and s.deleted_at is null and (s.last_visit_at is null or s.last_visit_at < v.visited_at)
        """;

    private readonly PostgresConnections _connections;
    private readonly DamageLog _damage;
    private readonly BatchedLookup<SourceServerKey, bool> _exists;
    private readonly BatchLoop<PendingRegistration> _registrations;

    public PostgresSourceServerStore(PostgresConnections connections, StorageOptions options, StoreInstruments instruments, DamageLog? damage = null)
    {
        _damage = damage ?? new DamageLog();
        _connections = connections;
        _exists = new BatchedLookup<SourceServerKey, bool>(
            new BatchLoopOptions { Operation = "exists", MaxQueuedCount = options.MaxQueuedCommits }, instruments, AnswerExistsAsync);
        _registrations = new BatchLoop<PendingRegistration>(
            new BatchLoopOptions { Operation = "register", MaxQueuedCount = options.MaxQueuedCommits, MaxBatchCount = MaxRegistrationsAtOnce },
            instruments,
            RegisterAsync);
    }

    /// <inheritdoc/>
    public async Task<bool> RegisterAsync(SourceServer server, int maxCount)
    {
        var registration = new PendingRegistration(server, maxCount);
        _registrations.Add(registration);
        return await registration.Task;
    }

    /// <inheritdoc/>
    public Task<bool> ExistsAsync(SourceServerKey key) => _exists.FindAsync(key);

    /// <inheritdoc/>
    public async Task<SourceServer?> FindAsync(SourceServerKey key)
    {
        List<SourceServer> found = await _connections.ReadAsync(connection =>
            SourceServerRows.ReadAsync(connection, damage: null, $"select {SourceServerRows.Columns} from source_server where {Known}", TextOf(key.Text)));
        return found.SingleOrDefault();
    }

    /// <inheritdoc/>
    public Task<SourceServerPage> ListAsync(SourceServerFilter filter) =>
        _connections.ReadAsync(connection => SourceServerRows.ReadPageAsync(connection, filter, _damage));

    // What is changed stays: a deletion of unknown outcome, or one under way, does not take it away behind the answer.
    /// <inheritdoc/>
    public async Task<bool> RenameAsync(SourceServerKey key, string name) =>
        await ChangeAsync(
            $"update source_server set name = $2, name_folded = $3, deletion = null where {Known}",
            TextOf(key.Text), TextOf(name), TextOf(NameCase.Fold(name))) > 0;

    /// <inheritdoc/>
    public async Task<bool> ReplaceAsync(SourceServer former, string name, string details) =>
        await ChangeAsync(
            $"update source_server set name = $2, name_folded = $3, details = $4, deletion = null where {Known} and name = $5 and details = $6",
            TextOf(former.Key.Text),
            TextOf(name),
            TextOf(NameCase.Fold(name)),
            TextOf(details),
            TextOf(former.Name),
            TextOf(former.Details)) > 0;

    /// <inheritdoc/>
    public Task<bool> DeleteAsync(SourceServerKey key, DateTimeOffset now) => SourceServerDeletion.RunAsync(_connections, key, now);

    /// <inheritdoc/>
    public Task<RestoredSourceServers> RestoreAsync(DateTimeOffset deletedSince) =>
        DeletedBehindEnqueue.TakeBackAsync(_connections, deletedSince, _damage);

    /// <inheritdoc/>
    public async Task<bool> MarkOverridesAsync(SourceServerKey key) =>
        await ChangeAsync($"update source_server set has_overrides = true, deletion = null where {Known}", TextOf(key.Text)) > 0;

    /// <inheritdoc/>
    public Task SetQuarantineAsync(SourceServerKey key, string? reason) => ChangeAsync(
        $"update source_server set quarantine_reason = $2 where {Known}",
        TextOf(key.Text), new() { Value = (object?)reason ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });

    /// <inheritdoc/>
    public Task RecordVisitsAsync(IReadOnlyCollection<KeyValuePair<SourceServerKey, DateTimeOffset>> visits)
    {
        // One row may be updated once in a statement: only the newest visit of each.
        var newest = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach ((SourceServerKey key, DateTimeOffset at) in visits)
        {
            newest[key.Text] = Math.Max(at.UtcTicks, newest.GetValueOrDefault(key.Text));
        }

        // One that is carried out late changes nothing that is newer.
        return _connections.RunAsync(connection => ExecuteAsync(
            connection,
            RecordVisits,
            new() { Value = newest.Keys.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
            new() { Value = newest.Values.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint }));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _registrations.DisposeAsync();
        await _exists.DisposeAsync();
    }

    private static NpgsqlParameter TextOf(string value) => new() { Value = value, NpgsqlDbType = NpgsqlDbType.Text };

    /// <summary>Writes all together or, when one is refused for what it holds, each by itself.</summary>
    private async ValueTask RegisterAsync(IReadOnlyList<PendingRegistration> waiting)
    {
        PendingRegistration[] batch = [.. waiting];
        try
        {
            bool[] answers = await _connections.ChangeAsync(connection => SourceServerRegistration.RunAsync(connection, batch));
            for (int at = 0; at < batch.Length; at++)
            {
                batch[at].TrySetResult(answers[at]);
            }
        }
        catch (StoreRefusedException refused) when (batch.Length == 1)
        {
            batch[0].Fail(refused);
        }
        catch (StoreRefusedException)
        {
            foreach (PendingRegistration one in batch)
            {
                await RegisterAsync([one]);
            }
        }
    }

    private async ValueTask AnswerExistsAsync(IReadOnlyList<PendingLookup<SourceServerKey, bool>> lookups)
    {
        string[] keys = [.. lookups.Select(lookup => lookup.Key.Text).Distinct()];
        HashSet<string> known = await _connections.ReadAsync(async connection =>
        {
            await using var query = new NpgsqlCommand($"select s.server_id from {SourceServerRows.FromKeys}", connection) { Parameters = { new() { Value = keys } } };
            var found = new HashSet<string>(StringComparer.Ordinal);
            await using NpgsqlDataReader reader = await query.ExecuteReaderAsync();
            while (await reader.ReadAsync())
            {
                found.Add(reader.GetString(0));
            }

            return found;
        });
        foreach (PendingLookup<SourceServerKey, bool> lookup in lookups)
        {
            lookup.TrySetResult(known.Contains(lookup.Key.Text));
        }
    }

    private Task<int> ChangeAsync(string sql, params NpgsqlParameter[] parameters) =>
        _connections.ChangeAsync(connection => ExecuteAsync(connection, sql, parameters));

    private static async Task<int> ExecuteAsync(NpgsqlConnection connection, string sql, params NpgsqlParameter[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        Array.ForEach(parameters, parameter => command.Parameters.Add(parameter.Clone()));
        return await command.ExecuteNonQueryAsync();
    }
}
