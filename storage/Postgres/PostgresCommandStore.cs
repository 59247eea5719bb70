using CommandBroker.Core;
using CommandBroker.Storage.Batching;
using CommandBroker.Storage.Payloads;
using Npgsql;
using NpgsqlTypes;

namespace CommandBroker.Storage.Postgres;

/// <summary>Commands in PostgreSQL.</summary>
internal sealed class PostgresCommandStore : ICommandStore, IAsyncDisposable
{
    private const string SelectOne = $"select {CommandRows.Columns} from command c where c.source_no = $1 and c.seq = $2";
    private const string SelectByKey = $"select {CommandRows.Columns} from command c where c.source_no = $1 and c.idempotency_key = any($2)";

    private const string SelectOvertaken =
        $"select {CommandRows.Columns} from command c where c.source_no = $1 and c.overtaken_by = $2 and c.ended_at is not null";

    private const string SelectHistory = $"""
        select {CommandRows.Columns} from command c
        where c.source_no = $1 and c.seq < $2 and c.ended_at is not null
        order by c.seq desc limit $3
        """;

    private const string SelectReportOutcomes = """
        select c.seq, c.outcome from command c
        join (
            select seq from (
                select seq, ended_at, state from command where source_no = $1 and ended_at is not null order by seq desc limit $2) newest
            where state in (2, 3, 5)
            order by ended_at desc, seq desc limit $3) last on c.seq = last.seq
        where c.source_no = $1
        order by c.ended_at desc, c.seq desc
        """;

    private const string SelectHandedOut = $"""
        select {CommandRows.Columns} from (
            select * from command where source_no = $1 and seq >= $3
            union all
            select * from command where source_no = $1 and redrive_count > 0 and seq < $3) c
        where c.writer = $2 and c.state in (1, 8) and c.overtaken_by is null
        order by c.seq desc limit 1
        """;

    private static readonly string CountPending = $"""
        select count(*) from (
            select from source_server s
            {OpenCommands.JoinNewest}
            join lateral ({OpenCommands.Select}) c on true
            where s.project_id = $1 and s.deleted_at is null and c.state = 0 and {OverdueQueues.IsNotExpired}
            limit $3) found
        """;

    private readonly PostgresConnections _connections;
    private readonly PostgresConnections _upkeep;
    private readonly ServerHistory _history;
    private readonly CommitWriter _writer;
    private readonly HistoryPurge _purge;
    private readonly DamageLog _damage;
    private readonly QueueLoader _loader;
    private readonly BatchedLookup<SourceServerKey, StoredQueue?> _loads;

    public PostgresCommandStore(
        PostgresConnections connections, PostgresConnections loads, PostgresConnections longLoads, PostgresConnections upkeep, ServerHistory history,
        StorageOptions options, StoreInstruments instruments, DamageLog damage)
    {
        _damage = damage;
        _connections = connections;
        _upkeep = upkeep;
        _history = history;
        _writer = new CommitWriter(connections, options, instruments);
        _purge = new HistoryPurge(upkeep, damage);
        _loader = new QueueLoader(loads, longLoads);
        _loads = new BatchedLookup<SourceServerKey, StoredQueue?>(
            new BatchLoopOptions { Operation = "load", MaxQueuedCount = options.MaxQueuedCommits }, instruments, _loader.LoadAsync);
    }

    /// <inheritdoc cref="CommitWriter.WasRefused"/>
    public bool WasRefused
    {
        get => _writer.WasRefused;
        set => _writer.WasRefused = value;
    }

    /// <inheritdoc/>
    public string? Lineage => _history.Newest;

    /// <inheritdoc/>
    public Task<StoredQueue?> LoadAsync(SourceServerKey key) => _loads.FindAsync(key);

    /// <inheritdoc/>
    public Task<CommitStatus> CommitAsync(QueueCommit commit) => _writer.CommitAsync(commit);

    /// <inheritdoc/>
    public Task VouchAsync(string? lineage = null) => _writer.VouchAsync(lineage);

    /// <inheritdoc/>
    public async Task<Command?> FindAsync(long sourceNo, long seq)
    {
        List<Command> found = await ReadAsync(SelectOne, new() { Value = sourceNo }, new() { Value = seq });
        return found.SingleOrDefault();
    }

    /// <inheritdoc/>
    public async Task<Command?> FindHandedOutAsync(long sourceNo, long token, long fromSeq) =>
        (await ReadAsync(SelectHandedOut, new() { Value = sourceNo }, new() { Value = token }, new() { Value = fromSeq })).SingleOrDefault();

    /// <inheritdoc/>
    public Task<RowStamp?> FindStampAsync(long sourceNo, long seq) => _connections.RunAsync(async connection =>
    {
        await using var query = new NpgsqlCommand("select version, writer from command where source_no = $1 and seq = $2", connection)
        {
            Parameters = { new() { Value = sourceNo }, new() { Value = seq } },
        };
        await using NpgsqlDataReader row = await query.ExecuteReaderAsync();
        return await row.ReadAsync() ? new RowStamp(row.GetInt32(0), row.GetInt64(1)) : (RowStamp?)null;
    });

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Command>> FindByKeysAsync(long sourceNo, IReadOnlyCollection<string> idempotencyKeys)
    {
        string[] keys = [.. idempotencyKeys.Where(key => !key.Contains('\0', StringComparison.Ordinal))];
        return keys is [] ? [] : await ReadAsync(
            SelectByKey, new() { Value = sourceNo }, new() { Value = keys, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Command>> FindOvertakenAsync(long sourceNo, long seq) =>
        await ReadAsync(SelectOvertaken, new() { Value = sourceNo }, new() { Value = seq });

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Command>> ReadHistoryAsync(long sourceNo, long? beforeSeq, int limit) =>
        await ReadAsync(SelectHistory, new() { Value = sourceNo }, new() { Value = beforeSeq ?? long.MaxValue }, new() { Value = (long)limit });

    /// <inheritdoc/>
    public Task<IReadOnlyList<ulong>> ReadReportTagsAsync(long sourceNo, int limit) => _connections.ReadAsync<IReadOnlyList<ulong>>(async connection =>
    {
        List<ulong> tags = [];
        await using var query = new NpgsqlCommand(SelectReportOutcomes, connection)
        {
            Parameters = { new() { Value = sourceNo }, new() { Value = (long)ICommandStore.ReportTagReach }, new() { Value = (long)limit } },
        };
        await using NpgsqlDataReader reader = await query.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            if (OutcomePayload.TagOf(reader.IsDBNull(1) ? null : reader.GetFieldValue<byte[]>(1), sourceNo, reader.GetInt64(0)) is { } tag)
            {
                tags.Add(tag);
            }
        }

        return tags;
    });

    /// <inheritdoc/>
    public Task<IReadOnlyList<StrayReport>> ReadStrayReportsAsync(long sourceNo, int offset, int limit) =>
        _connections.ReadAsync(connection => StrayReportRows.ReadAsync(connection, sourceNo, offset, limit));

    /// <inheritdoc/>
    public Task<long> CountPendingAsync(ProjectId project, DateTimeOffset now, long most) => _upkeep.RunAsync(async connection =>
    {
        await using var query = new NpgsqlCommand(CountPending, connection)
        {
            Parameters = { new() { Value = project.Value, NpgsqlDbType = NpgsqlDbType.Text }, new() { Value = now.UtcTicks }, new() { Value = most } },
        };
        return (long)(await query.ExecuteScalarAsync())!;
    });

    /// <inheritdoc/>
    public Task<OverduePage> FindOverdueAsync(long after, DateTimeOffset now, int limit) =>
        OverdueWalk.ReadAsync(
            after,
            limit,
            (place, count) => _upkeep.ChangeAsync(connection => OverdueQueues.FindAsync(connection, place, now, count, _damage)),
            place => _upkeep.ChangeAsync(connection => OverdueQueues.NextAsync(connection, place, _damage)),
            _damage);

    /// <inheritdoc/>
    public Task<int> PurgeAsync(DateTimeOffset endedBefore, int limit, double share) => _purge.RunAsync(endedBefore, limit, share);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync();
        await _purge.DisposeAsync();
        await _loads.DisposeAsync();
        _loader.Dispose();
    }

    private async Task<List<Command>> ReadAsync(string sql, params NpgsqlParameter[] parameters)
    {
        return await _connections.ReadAsync(async connection =>
        {
            List<Command> commands = [];
            await using var query = new NpgsqlCommand(sql, connection);
            Array.ForEach(parameters, parameter => query.Parameters.Add(parameter.Clone()));
            await using NpgsqlDataReader reader = await query.ExecuteReaderAsync();
            while (await reader.ReadAsync())
            {
                commands.Add(CommandRows.Read(reader).ToCommand());
            }

            return commands;
        });
    }
}
