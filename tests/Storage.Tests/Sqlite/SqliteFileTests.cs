using CommandBroker.Core;
using CommandBroker.Storage.Sqlite;
using Xunit;

namespace CommandBroker.Storage.Tests;

/// <summary>What is SQLite's own: the file, its lock, its schema, and a disk that is full.</summary>
public sealed class SqliteFileTests : IAsyncLifetime
{
    private readonly SqliteFixture _fixture = new();

    public Task InitializeAsync() => _fixture.OpenAsync();

    public Task DisposeAsync() => _fixture.DisposeAsync().AsTask();

    [Fact]
    public async Task A_second_broker_on_one_directory_is_refused_by_name_and_process()
    {
        await using var second = new SqliteDatabase(_fixture.Options);

        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => second.OpenAsync(CancellationToken.None));

        Assert.Contains(_fixture.Options.DataDirectory, refusal.Message, StringComparison.Ordinal);
        Assert.Contains($"process {Environment.ProcessId}.", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public async Task Nobody_else_may_read_a_store()
    {
        await _fixture.Database.PingAsync(CancellationToken.None);

        Assert.Equal(Owner, Modes(_fixture.Options.DataDirectory) & AllFile);
        Assert.Equal(Owner, Modes(_fixture.FilePath));
        Assert.Equal(Owner, Modes(_fixture.FilePath + "-wal"));

        string copy = Path.Combine(_fixture.Options.DataDirectory, "copy.db");
        await StoreMaintenance.BackupAsync(StoreLocation.Parse(_fixture.FilePath), copy, CancellationToken.None);
        Assert.Equal(Owner, Modes(copy));
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public async Task A_store_that_strangers_could_read_is_closed_to_them_and_keeps_its_group()
    {
        await _fixture.Database.DisposeAsync();
        File.SetUnixFileMode(_fixture.FilePath, Owner | UnixFileMode.GroupRead | UnixFileMode.OtherRead);

        await _fixture.OpenAsync();

        Assert.Equal(Owner | UnixFileMode.GroupRead, Modes(_fixture.FilePath));
    }

    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const UnixFileMode AllFile = Owner | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    private static UnixFileMode Modes(string path) => File.GetUnixFileMode(path);

    [Fact]
    public async Task A_schema_of_a_later_release_is_refused()
    {
        await _fixture.Database.DisposeAsync();
        Execute("PRAGMA user_version = 1000");

        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(_fixture.OpenAsync);

        Assert.Contains("version 1000", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("command_open")]
    [InlineData("command_ended")]
    [InlineData("OrleansStorageKey")]
    public async Task A_missing_unique_key_is_refused(string index)
    {
        await _fixture.Database.DisposeAsync();
        Execute($"DROP INDEX {index}");

        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(_fixture.OpenAsync);

        Assert.Contains(index, refusal.Message, StringComparison.Ordinal);
    }

    /// <summary>A list's text depends on its filter: it must not leave a statement behind each time.</summary>
    [Fact]
    public void A_text_that_is_put_together_each_time_is_prepared_once()
    {
        using var session = new SqliteSession(":memory:", forWriting: false);

        SqliteStatement first = session[string.Join(' ', "SELECT", "1")];

        Assert.Same(first, session[string.Join(' ', "SELECT", "1")]);
        Assert.NotSame(first, session[string.Join(' ', "SELECT", "2")]);
    }

    [Fact]
    public async Task Migrations_can_be_run_again_over_their_own_work()
    {
        StoredQueue queue = await _fixture.RegisterAsync("a");
        await _fixture.Database.DisposeAsync();
        Execute("PRAGMA user_version = 0");

        await _fixture.OpenAsync();

        Assert.Equal(queue.SourceNo, (await _fixture.LoadAsync("a")).SourceNo);
    }

    [Fact]
    public async Task A_migration_that_is_cut_off_leaves_the_schema_as_it_was_and_the_next_start_makes_it()
    {
        await _fixture.RegisterAsync("a");
        await _fixture.Database.DisposeAsync();
        Execute("""
            UPDATE source_server SET deleted_at = 1;
            DROP INDEX source_server_deleted;
            CREATE TRIGGER cut BEFORE UPDATE ON source_server BEGIN SELECT raise(ABORT, 'cut off'); END;
            PRAGMA user_version = 5;
            """);
        await Assert.ThrowsAsync<StoreUnavailableException>(_fixture.OpenAsync);
        Assert.Equal((5L, 0L), (Number("PRAGMA user_version"), Number("SELECT count(*) FROM sqlite_schema WHERE name = 'source_server_deleted'")));

        await _fixture.Database.DisposeAsync();
        Execute("DROP TRIGGER cut");
        await _fixture.OpenAsync();

        Assert.Equal(1L, Number("SELECT count(*) FROM sqlite_schema WHERE name = 'source_server_deleted'"));
    }

    [Fact]
    public async Task A_directory_that_cannot_be_made_makes_the_store_unavailable()
    {
        string file = Path.Combine(_fixture.Options.DataDirectory, "file");
        await File.WriteAllTextAsync(file, "");
        await using var database = new SqliteDatabase(new StorageOptions { DataDirectory = Path.Combine(file, "data") });

        await Assert.ThrowsAsync<StoreUnavailableException>(() => database.OpenAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_text_that_cannot_be_stored_fails_its_own_caller_only()
    {
        StoredQueue queue = await _fixture.RegisterAsync("a");
        var broken = new QueueCommit { SourceNo = queue.SourceNo, Commands = [Samples.Pending(1) with { Param = "\ud800" }] };
        var sound = new QueueCommit { SourceNo = queue.SourceNo, Commands = [Samples.Pending(2)] };

        Task<CommitStatus> neighbour = _fixture.Commands.CommitAsync(sound);

        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await _fixture.Commands.CommitAsync(broken));
        Assert.Equal(CommitStatus.Committed, await neighbour);
    }

    [Theory]
    [InlineData("PRAGMA max_page_count = 1")]
    [InlineData("PRAGMA query_only = 1")]
    public async Task A_disk_that_is_full_or_read_only_refuses_and_the_next_commit_finds_space_again(string takeAway)
    {
        StoredQueue queue = await _fixture.RegisterAsync("a");
        var commit = new QueueCommit { SourceNo = queue.SourceNo, Commands = [Samples.Pending(1) with { Param = new string('x', 500_000) }] };
        await ((SqliteDatabase)_fixture.Database).Writer.WriteAsync(session =>
        {
            session.Execute(takeAway);
            return true;
        });

        await Assert.ThrowsAsync<StoreUnavailableException>(() => _fixture.Commands.CommitAsync(commit));

        Assert.Empty((await _fixture.LoadAsync("a")).State.Open);
        await _fixture.Database.PingAsync(CancellationToken.None);
        Assert.Equal(CommitStatus.Committed, await _fixture.Commands.CommitAsync(commit));
        Assert.Single((await _fixture.LoadAsync("a")).State.Open);
    }

    [Fact]
    public async Task A_hundred_thousand_source_servers_are_paged()
    {
        Execute("""
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
            INSERT INTO source_server (project_id, server_id, name, os_type, details, registered_at)
            SELECT 'blue', 'blue/s-' || i, 'name', 'LINUX', '{}', i FROM n
            """);
        await _fixture.RegisterAsync("s-1");

        SourceServerPage page = await _fixture.Sources.ListAsync(new SourceServerFilter(ProjectId.Parse("blue"), 1_000, Offset: 99_500));

        Assert.Equal((100_000L, 500), (page.TotalCount, page.Servers.Count));
        Assert.Equal("blue/s-100000", page.Servers[^1].Key.Text);
    }

    private long? Number(string query)
    {
        using var session = new SqliteSession(_fixture.FilePath, forWriting: false);
        return session[query].Scalar();
    }

    private void Execute(string script)
    {
        using var session = new SqliteSession(_fixture.FilePath, forWriting: true);
        session.Execute(script);
    }
}
