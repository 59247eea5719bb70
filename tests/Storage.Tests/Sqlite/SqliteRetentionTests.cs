using CommandBroker.Core;
using CommandBroker.Storage.Sqlite;
using Xunit;

namespace CommandBroker.Storage.Tests;

/// <summary>What retention and a long history cost SQLite, and what may not stop it.</summary>
public sealed class SqliteRetentionTests : IAsyncLifetime
{
    private const long EpochRows = 262_144;
    private static readonly DateTimeOffset Now = Samples.Noon;

    private readonly SqliteFixture _fixture = new();

    public async Task InitializeAsync()
    {
        await _fixture.OpenAsync();
        await _fixture.RegisterAsync("a");
    }

    public Task DisposeAsync() => _fixture.DisposeAsync().AsTask();

    [Fact]
    public async Task Epochs_whose_rows_are_gone_leave_the_list_also_while_an_old_command_is_open()
    {
        Add(1, 1, Now.AddDays(-30));
        Execute("UPDATE command SET ended_at = NULL, state = 0");
        for (long epoch = 1; epoch <= 5; epoch++)
        {
            Add((epoch * EpochRows) + 1, 10, Now.AddDays(-20));
        }

        Add(6 * EpochRows, 10, Now);
        await _fixture.ReopenAsync();

        Assert.Equal(50, await _fixture.Commands.PurgeAsync(Now.AddDays(-7), 1_000));

        Assert.Equal("0 6 7", Text("SELECT group_concat(epoch, ' ') FROM (SELECT epoch FROM epoch ORDER BY epoch)"));
    }

    [Fact]
    public async Task Empty_epochs_that_an_earlier_release_left_are_struck_off_at_the_first_write()
    {
        Add(1, 1, Now);
        Add(20 * EpochRows, 1, Now);
        Execute("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 19) INSERT OR IGNORE INTO epoch SELECT i FROM n");
        await _fixture.ReopenAsync();

        await _fixture.Database.PingAsync(CancellationToken.None);

        Assert.Equal("0 20 21", Text("SELECT group_concat(epoch, ' ') FROM (SELECT epoch FROM epoch ORDER BY epoch)"));
    }

    [Theory]
    [InlineData(nameof(CommandSql.ReadHistory))]
    [InlineData(nameof(CommandSql.LastEnded))]
    public void A_history_is_read_from_its_newest_epoch_on_and_nothing_is_sorted(string statement)
    {
        string sql = (string)typeof(CommandSql).GetField(statement)!.GetValue(null)!;
        using var session = new SqliteSession(_fixture.FilePath, forWriting: false);
        var steps = new List<string>();
        SqliteStatement step = session["EXPLAIN QUERY PLAN " + sql];
        while (step.Step())
        {
            steps.Add(step.Text(3));
        }

        Assert.Equal("SCAN epoch", steps[0]);
        Assert.StartsWith("SEARCH command USING", steps[1], StringComparison.Ordinal);
        Assert.Contains("INDEX command_ended (epoch=? AND source_no=?", steps[1], StringComparison.Ordinal);
        Assert.Equal(2, steps.Count);
    }

    [Fact]
    public async Task A_history_that_lies_in_many_epochs_is_read_in_its_order()
    {
        for (long epoch = 0; epoch < 5; epoch++)
        {
            await CommitAsync(Samples.Pending(epoch + 1));
            await CommitAsync(Samples.Ended(Samples.Pending(epoch + 1)));
            Execute($"UPDATE command SET row_no = row_no + {EpochRows}, epoch = epoch + 1; INSERT OR IGNORE INTO epoch SELECT epoch FROM command");
            await _fixture.ReopenAsync();
        }

        IReadOnlyList<Command> page = await _fixture.Commands.ReadHistoryAsync(1, beforeSeq: 5, limit: 3);

        Assert.Equal([4L, 3L, 2L], page.Select(command => command.Seq));
        Assert.Equal(5L, (await _fixture.LoadAsync("a")).State.LastSeq);
    }

    [Fact]
    public async Task Rows_with_future_times_and_old_open_ones_do_not_stop_it()
    {
        Add(1, 3_000, Now.AddDays(-30));
        Execute("UPDATE command SET ended_at = NULL, state = 0");
        Add(3_001, 3_000, Now.AddYears(1));
        Add(6_001, 3_000, Now.AddDays(-30));
        await _fixture.ReopenAsync();

        await PurgeAllAsync(Now, share: 1);

        Assert.Equal("6000", Text("SELECT count(*) FROM command"));
        Assert.Equal("1 6000", Text("SELECT min(row_no) || ' ' || max(row_no) FROM command"));
    }

    [Fact]
    public async Task With_nothing_due_a_run_looks_at_less_than_a_hundredth_of_the_rows()
    {
        Add(1, 300_000, Now);
        await _fixture.ReopenAsync();
        SqliteWriter writer = ((SqliteDatabase)_fixture.Database).Writer;
        await writer.WriteAsync(session => session.TakeReadPages());
        Assert.Equal(0, await _fixture.Commands.PurgeAsync(Now.AddDays(-7), 1_000));

        int read = await writer.WriteAsync(session => session.TakeReadPages());

        Assert.InRange(read, 1, int.Parse(Text("PRAGMA page_count"), null) / 100);
    }

    [Fact]
    public async Task The_row_of_a_deleted_source_server_goes_with_its_history_and_no_other_gets_its_number()
    {
        await CommitAsync(Samples.Pending(1));
        await CommitAsync(Samples.Ended(Samples.Pending(1)));
        await _fixture.Sources.DeleteAsync(SourceServerKey.Parse("a"), Now.AddDays(1));
        Assert.Equal("{}", Text("SELECT details FROM source_server"));
        await PurgeAllAsync(Now.AddDays(2));
        StoredQueue next = await _fixture.RegisterAsync("b");

        await PurgeAllAsync(Now.AddDays(2));

        Assert.NotEqual(1L, next.SourceNo);
        Assert.Equal("b", Text("SELECT group_concat(server_id) FROM source_server"));
        Assert.Equal(1L, (await _fixture.RegisterAsync("a")).State.LastSeq);
    }

    private Task<CommitStatus> CommitAsync(Command command) =>
        _fixture.Commands.CommitAsync(new QueueCommit { SourceNo = 1, Commands = [command] });

    private async Task PurgeAllAsync(DateTimeOffset endedBefore, double share = ICommandStore.LeastPurgeShare)
    {
        while (await _fixture.Commands.PurgeAsync(endedBefore, 1_000, share) == 1_000)
        {
            // As the service does.
        }
    }

    /// <summary>Adds ended commands of the shape that the broker writes, with numbers like their rows'.</summary>
    private void Add(long firstRow, int count, DateTimeOffset at) => Execute($"""
        WITH RECURSIVE n(i) AS (SELECT {firstRow} UNION ALL SELECT i + 1 FROM n WHERE i < {firstRow + count - 1})
        INSERT INTO command (row_no, epoch, source_no, seq, version, writer, state, delivery_count, redrive_count, delivered_at, enqueued_at, ended_at, outcome, payload)
        SELECT i, i >> 18, 1, i, 3, 1, 2, 1, 0, {at.UtcTicks}, {at.UtcTicks}, {at.UtcTicks}, zeroblob(80), zeroblob(100) FROM n;
        INSERT OR IGNORE INTO epoch SELECT DISTINCT epoch FROM command;
        """);

    private void Execute(string script)
    {
        using var session = new SqliteSession(_fixture.FilePath, forWriting: true);
        session.Execute(script);
    }

    private string Text(string query)
    {
        using var session = new SqliteSession(_fixture.FilePath, forWriting: false);
        SqliteStatement row = session[query];
        row.Step();
        return row.Text(0);
    }
}
