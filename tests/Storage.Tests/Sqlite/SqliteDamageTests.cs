using System.Text;
using CommandBroker.Core;
using CommandBroker.Storage.Sqlite;
using Xunit;

namespace CommandBroker.Storage.Tests;

/// <summary>A page of the file that holds what it must not, and what goes on beside it.</summary>
public sealed class SqliteDamageTests : IAsyncLifetime
{
    private const int PageBytes = 4_096;
    private const long EpochRows = 262_144;
    private static readonly DateTimeOffset Now = Samples.Noon;

    private readonly SqliteFixture _fixture = new();

    public Task InitializeAsync() => _fixture.OpenAsync();

    public Task DisposeAsync() => _fixture.DisposeAsync().AsTask();

    [Theory]
    [InlineData(1)]
    [InlineData(1_500)]
    [InlineData(EpochRows + 1)]
    public async Task Retention_goes_past_a_damaged_page_and_removes_what_is_due_behind_it(long damaged)
    {
        await _fixture.RegisterAsync("a");
        await AddAsync(1, 3_000);
        await AddAsync(EpochRows + 1, 3_000);
        await SpoilAsync($"row-{damaged:D7}");

        await PurgeAllAsync();

        // A page that is nearly empty is joined with its neighbours: their last rows stay, too.
        Assert.InRange(RemovedCount(), 6_000 - 200, 6_000 - 1);
        Assert.InRange(_fixture.Log.Messages.Count, 1, 20);
    }

    [Fact]
    public async Task Damage_at_the_newest_rows_refuses_new_ones_and_nothing_else()
    {
        await _fixture.RegisterAsync("a");
        await AddAsync(1, 3_000);
        await SpoilAsync("row-0003000");

        StoredQueue other = await _fixture.RegisterAsync("b");
        await Assert.ThrowsAsync<UnreadableRowException>(() =>
            _fixture.Commands.CommitAsync(new QueueCommit { SourceNo = other.SourceNo, Commands = [Samples.Pending(1)] }));

        Assert.True(await _fixture.Sources.RenameAsync(SourceServerKey.Parse("b"), "another"));

        // Each refused write opens the file anew, which lists no epoch more.
        long epochs = await EpochCountAsync();
        for (int again = 0; again < 5; again++)
        {
            await Assert.ThrowsAsync<UnreadableRowException>(() =>
                _fixture.Commands.CommitAsync(new QueueCommit { SourceNo = other.SourceNo, Commands = [Samples.Pending(1)] }));
            Assert.True(await _fixture.Sources.RenameAsync(SourceServerKey.Parse("b"), $"name-{again}"));
        }

        Assert.Equal(epochs, await EpochCountAsync());
    }

    [Fact]
    public async Task A_write_that_meets_a_damaged_page_is_refused_and_those_around_it_are_served()
    {
        long spoilt = await FillAsync("spoilt");
        long sound = await FillAsync("sound");
        await SpoilAsync("spoilt-0050");
        using var release = new ManualResetEventSlim();
        SqliteWriter writer = ((SqliteDatabase)_fixture.Database).Writer;
        Task<bool> holding = writer.WriteAsync(_ =>
        {
            release.Wait();
            return true;
        });

        Task<CommitStatus> before = LeaseAsync(sound, 49);
        Task<CommitStatus> refused = LeaseAsync(spoilt, 50);
        Task<CommitStatus> repeated = LeaseAsync(spoilt, 50);
        Task<CommitStatus> behind = LeaseAsync(sound, 51);
        release.Set();

        Assert.True(await holding);
        Assert.Equal(CommitStatus.Committed, await before);
        await Assert.ThrowsAsync<UnreadableRowException>(() => refused);
        await Assert.ThrowsAsync<UnreadableRowException>(() => repeated);
        Assert.Equal(CommitStatus.Committed, await behind);
        Assert.Equal([49L, 51L], (await _fixture.LoadAsync("sound")).State.Open.Where(command => command.State == CommandState.Leased).Select(command => command.Seq));
    }

    [Fact]
    public async Task A_damaged_page_of_the_directory_keeps_neither_the_sweep_nor_a_deletion_behind_which_a_command_was_enqueued()
    {
        await _fixture.ExecuteAsync($$"""
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
            INSERT INTO source_server (server_id, name, os_type, details, registered_at, deleted_at)
            SELECT printf('server-%04d', i), printf('the-name-of-%04d', i), 'linux', '{"fill":"' || hex(zeroblob(50)) || '"}', {{Now.UtcTicks}},
                iif(i = 100, {{Now.UtcTicks}}, NULL)
            FROM n
            """);
        StoredQueue late = await _fixture.RegisterAsync("late");
        Command expired = Samples.Pending(1) with { TimeToLive = TimeSpan.FromMinutes(1) };
        await _fixture.Commands.CommitAsync(new QueueCommit { SourceNo = late.SourceNo, Commands = [expired] });
        StoredQueue stale = await _fixture.RegisterAsync("gone");
        await _fixture.Sources.DeleteAsync(SourceServerKey.Parse("gone"), Now);
        await _fixture.Commands.CommitAsync(new QueueCommit { SourceNo = stale.SourceNo, Commands = [Samples.Pending(1)] });
        await SpoilAsync("the-name-of-0100");

        OverduePage page = await _fixture.Commands.FindOverdueAsync(0, Now.AddDays(1), 1_000);
        RestoredSourceServers back = await _fixture.Sources.RestoreAsync(Now.AddHours(-1));

        Assert.Equal(["late"], page.Keys.Select(key => key.Text));
        Assert.Null(page.Next);
        Assert.Equal(["gone"], back.Keys.Select(key => key.Text));
        Assert.False(back.IsWhole);
    }

    private async Task<long> FillAsync(string key)
    {
        StoredQueue queue = await _fixture.RegisterAsync(key);
        await _fixture.Commands.CommitAsync(new QueueCommit
        {
            SourceNo = queue.SourceNo,
            Commands = [.. Enumerable.Range(1, 100).Select(seq => Samples.Pending(seq) with { Param = $$"""{"t":"{{key}}-{{seq:D4}}","fill":"{{new string('x', 400)}}"}""" })],
        });
        return queue.SourceNo;
    }

    private Task<CommitStatus> LeaseAsync(long sourceNo, long seq) =>
        _fixture.Commands.CommitAsync(new QueueCommit { SourceNo = sourceNo, Token = 7, Commands = [Samples.Leased(Samples.Pending(seq))] });

    private async Task PurgeAllAsync()
    {
        for (int round = 0; round < 3; round++)
        {
            while (await _fixture.Commands.PurgeAsync(Now, 1_000, share: 1) == 1_000)
            {
                // As the service does.
            }
        }
    }

    /// <summary>Adds ended commands, long due.</summary>
    private Task AddAsync(long firstRow, int count) => _fixture.ExecuteAsync($"""
        WITH RECURSIVE n(i) AS (SELECT {firstRow} UNION ALL SELECT i + 1 FROM n WHERE i < {firstRow + count - 1})
        INSERT INTO command (row_no, epoch, source_no, seq, version, writer, state, delivery_count, redrive_count, delivered_at, enqueued_at, ended_at, outcome, payload)
        SELECT i, i >> 18, 1, i, 3, 1, 2, 1, 0, 1, 1, {Now.AddDays(-30).UtcTicks}, zeroblob(80), CAST(printf('row-%07d', i) AS BLOB) FROM n;
        INSERT OR IGNORE INTO epoch SELECT DISTINCT epoch FROM command;
        """);

    /// <summary>Takes its kind from the page that holds a text, while the file is closed.</summary>
    private async Task SpoilAsync(string text)
    {
        await _fixture.Database.DisposeAsync();
        byte[] bytes = await File.ReadAllBytesAsync(_fixture.FilePath);
        int at = bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text));
        Assert.InRange(at, PageBytes, bytes.Length);
        await using (FileStream stream = File.OpenWrite(_fixture.FilePath))
        {
            stream.Position = at - (at % PageBytes);
            stream.WriteByte(0);
        }

        await _fixture.OpenAsync();
    }

    private Task<long> EpochCountAsync() =>
        ((SqliteDatabase)_fixture.Database).Writer.WriteAsync(session => session["SELECT count(*) FROM epoch"].Scalar() ?? 0);

    private long RemovedCount()
    {
        using var session = new SqliteSession(_fixture.FilePath, forWriting: false);
        return session["SELECT removed_count FROM source_server"].Scalar() ?? 0;
    }
}
