using CommandBroker.Storage.Postgres;
using CommandBroker.Testing;
using Npgsql;

namespace CommandBroker.Storage.Tests;

/// <summary>A database of its own in the shared PostgreSQL, or in the one it is given.</summary>
internal sealed class PostgresFixture(PostgresServer? server = null) : StoreFixture
{
    private PostgresDatabase? _database;

    internal override IBrokerDatabase Database => _database!;

    public string ConnectionString { get; private set; } = "";

    public override string Location => ConnectionString;

    public override Task ExecuteAsync(string sql) => ScalarAsync(sql);

    public override async Task OpenAsync()
    {
        ConnectionString = await (server ?? await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        _database = Create();
        await _database.OpenAsync(CancellationToken.None);
    }

    public override async Task ReopenAsync()
    {
        await _database!.DisposeAsync();
        _database = Create();
        await _database.OpenAsync(CancellationToken.None);
    }

    /// <summary>Another broker on the same database; not opened.</summary>
    public PostgresDatabase Create() =>
        new(new StorageOptions { ConnectionString = ConnectionString, CommitTimeout = TimeSpan.FromSeconds(20) }, damage: new DamageLog(Log));

    public override async Task<bool> DamageAsync(long sourceNo, long seq, Func<byte[], byte[]?> damage)
    {
        object? payload = await ScalarAsync($"select payload from command where source_no = {sourceNo} and seq = {seq}");
        await using NpgsqlConnection connection = await ConnectAsync();
        await using var update = new NpgsqlCommand("update command set payload = $3 where source_no = $1 and seq = $2", connection)
        {
            Parameters =
            {
                new() { Value = sourceNo },
                new() { Value = seq },
                new() { Value = (object?)damage(payload as byte[] ?? []) ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Bytea },
            },
        };
        return await update.ExecuteNonQueryAsync() == 1;
    }

    public async Task<NpgsqlConnection> ConnectAsync()
    {
        var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync();
        return connection;
    }

    public async Task<object?> ScalarAsync(string sql)
    {
        await using NpgsqlConnection connection = await ConnectAsync();
        await using var query = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        return await query.ExecuteScalarAsync();
    }

    public override ValueTask DisposeAsync() => _database?.DisposeAsync() ?? ValueTask.CompletedTask;
}
