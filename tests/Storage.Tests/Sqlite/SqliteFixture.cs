using CommandBroker.Storage.Sqlite;

namespace CommandBroker.Storage.Tests;

/// <summary>A database file in a directory of its own.</summary>
internal sealed class SqliteFixture : StoreFixture
{
    private SqliteDatabase? _database;

    public StorageOptions Options { get; } = new() { DataDirectory = Path.Combine(Path.GetTempPath(), "commandbroker-" + Guid.NewGuid().ToString("N")) };

    /// <summary>After how many written pages the log is emptied.</summary>
    public int CheckpointPages { get; init; } = 8_000;

    public string FilePath => Path.Combine(Options.DataDirectory, SqliteDatabase.FileName);

    public override string Location => FilePath;

    public override Task ExecuteAsync(string sql)
    {
        using var session = new SqliteSession(FilePath, forWriting: true);
        session.Execute(sql);
        return Task.CompletedTask;
    }

    internal override IBrokerDatabase Database => _database!;

    public override Task OpenAsync()
    {
        _database = new SqliteDatabase(Options, checkpointPages: CheckpointPages, damage: new DamageLog(Log));
        return _database.OpenAsync(CancellationToken.None);
    }

    public override async Task ReopenAsync()
    {
        await _database!.DisposeAsync();
        await OpenAsync();
    }

    public override Task<bool> DamageAsync(long sourceNo, long seq, Func<byte[], byte[]?> damage)
    {
        using var session = new SqliteSession(FilePath, forWriting: true);
        SqliteStatement read = session["SELECT payload FROM command WHERE source_no = ?1 AND seq = ?2"].Bind(1, sourceNo).Bind(2, seq);
        read.Step();
        byte[]? payload = damage(read.Blob(0) ?? []);
        read.Reset();
        session["UPDATE command SET payload = ?3 WHERE source_no = ?1 AND seq = ?2"].Bind(1, sourceNo).Bind(2, seq).Bind(3, payload).Run();
        return Task.FromResult(true);
    }

    public override async ValueTask DisposeAsync()
    {
        if (_database is not null)
        {
            await _database.DisposeAsync();
        }

        if (Directory.Exists(Options.DataDirectory))
        {
            Directory.Delete(Options.DataDirectory, recursive: true);
        }
    }
}
