using System.Data;
using CommandBroker.Storage.Payloads;
using Npgsql;

namespace CommandBroker.Storage.Postgres;

/// <summary>
/// Reads a queue with many open commands in parts, so that no statement is long however many there are, and within one snapshot, so that it is
/// never read half before and half after a commit. A part becomes commands while the next one is read.
/// </summary>
/// <param name="connections">A pool whose work may take as many statements as it likes.</param>
internal sealed class LongQueueReader(PostgresConnections connections) : IDisposable
{
    /// <summary>The most commands in one part. Of 64 KiB each they are what a few batches of commits hold.</summary>
    public const int PartCount = 1_000;

    // Each of them may hold a queue of any size in memory.
    private const int MaxTogetherCount = 2;

    private const string SelectSource = $"select {LoadedQueue.Columns}, newest.open_from from {SourceServerRows.FromKeys} {OpenCommands.JoinNewest}";

    private const string SelectOpen = $"""
        select {CommandRows.Columns} from command c where c.source_no = $1 and c.seq > $2 and c.ended_at is null order by c.seq limit $3
        """;

    private const string SelectRedriven = $"""
        select {CommandRows.Columns} from command c
        where c.source_no = $1 and c.seq > $2 and c.seq < $4 and c.redrive_count > 0 and c.ended_at is null order by c.seq limit $3
        """;

    private readonly SemaphoreSlim _turns = new(MaxTogetherCount);

    /// <summary>Reads one; null when no such source server is registered.</summary>
    public async Task<LoadedQueue?> ReadAsync(string key)
    {
        await _turns.WaitAsync();
        try
        {
            return await connections.RunAsync(connection => ReadAsync(connection, key));
        }
        finally
        {
            _turns.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _turns.Dispose();

    private static async Task<LoadedQueue?> ReadAsync(NpgsqlConnection connection, string key)
    {
        await using NpgsqlTransaction snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead);
        if (await ReadSourceAsync(connection, key) is not ({ } queue, long openFrom))
        {
            return null;
        }

        await AddAsync(connection, SelectRedriven, queue, after: 0, openFrom);
        await AddAsync(connection, SelectOpen, queue, after: openFrom - 1);
        await queue.TakePartsAsync();
        return queue;
    }

    private static async Task<(LoadedQueue Queue, long OpenFrom)?> ReadSourceAsync(NpgsqlConnection connection, string key)
    {
        await using var query = new NpgsqlCommand(SelectSource, connection) { Parameters = { new() { Value = new[] { key } } } };
        await using NpgsqlDataReader row = await query.ExecuteReaderAsync();
        return await row.ReadAsync() ? (LoadedQueue.Read(row), row.IsDBNull(LoadedQueue.ColumnCount) ? 1 : row.GetInt64(LoadedQueue.ColumnCount)) : null;
    }

    private static async Task AddAsync(NpgsqlConnection connection, string part, LoadedQueue queue, long after, long? before = null)
    {
        List<CommandRow> rows;
        do
        {
            rows = await ReadPartAsync(connection, part, queue.SourceNo, after, before);
            queue.AddPart(rows);
            after = rows is [] ? after : rows[^1].Seq;
        }
        while (rows.Count == PartCount);
    }

    private static async Task<List<CommandRow>> ReadPartAsync(NpgsqlConnection connection, string part, long sourceNo, long after, long? before)
    {
        await using var query = new NpgsqlCommand(part, connection)
        {
            Parameters = { new() { Value = sourceNo }, new() { Value = after }, new() { Value = (long)PartCount } },
        };
        if (before is { } end)
        {
            query.Parameters.Add(new() { Value = end });
        }

        var rows = new List<CommandRow>(PartCount);
        await using NpgsqlDataReader reader = await query.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            CommandRow row = CommandRows.Read(reader);

            // An index leads to a row by a copy of its key. What the row itself says decides where the next part begins: it must lead on.
            if (row.SourceNo != sourceNo || row.Seq <= after || row.Seq >= before)
            {
                throw new UnreadableRowException(
                    $"The queue of source server number {sourceNo} cannot be read: behind command {after} its index leads to a row of number "
                    + $"{row.SourceNo}, command {row.Seq}.");
            }

            rows.Add(row);
            after = row.Seq;
        }

        return rows;
    }
}
