using CommandBroker.Core;
using CommandBroker.Testing;
using Npgsql;
using Xunit;

namespace CommandBroker.Storage.Tests;

/// <summary>Pages whose checksum does not fit, and the upkeep that goes past them.</summary>
public sealed class PostgresDamagedUpkeepTests : IAsyncLifetime
{
    private const int PageBytes = 8_192;
    private static readonly DateTimeOffset Now = Samples.Noon;

    private readonly string _tables = Directory.CreateTempSubdirectory("commandbroker-damage-").FullName;
    private PostgresServer? _server;
    private PostgresFixture? _fixture;

    public Task InitializeAsync()
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_tables, (UnixFileMode)0b111_111_111);
        }

        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await (_fixture?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_server?.DisposeAsync() ?? ValueTask.CompletedTask);
        Directory.Delete(_tables, recursive: true);
    }

    [PostgresFact(OwnServer = true)]
    public async Task Retention_goes_past_damaged_pages_and_removes_what_is_due_behind_them()
    {
        PostgresFixture fixture = await OpenAsync();
        await fixture.RegisterAsync("a");
        await fixture.ExecuteAsync($"""
            insert into command (source_no, seq, version, writer, state, delivery_count, redrive_count, delivered_at, ended_at, payload, outcome)
            select 1, i, 3, 1, 2, 1, 0, 1, {Now.AddDays(-30).UtcTicks}, convert_to(repeat('p', 100), 'UTF8'), convert_to(repeat('o', 80), 'UTF8')
            from generate_series(1, 5000) i
            """);
        await fixture.ExecuteAsync($"""
            insert into stray_report (source_no, reported_at, reason, result, name, result_detail, reported_by)
            select 1, {Now.AddDays(-30).UtcTicks}, 0, 0, '', '', '' from generate_series(1, 10)
            """);
        long damaged = await CountAsync("ctid >= '(100,0)' and ctid < '(101,0)'") + await CountAsync("ctid >= '(70,0)' and ctid < '(71,0)'");
        await SpoilAsync(("command", 70), ("command", 100), ("stray_report", 0));

        int removed = 0;
        int last;
        do
        {
            last = await fixture.Commands.PurgeAsync(Now, 1_000, share: 1);
            removed += last;
        }
        while (last == 1_000);

        Assert.Equal(5_000 - damaged, removed);
        Assert.Equal(["One of the reports that ended no command", "Page 70 of the table command", "Page 100 of the table command"], Places());
        Assert.Equal(0, await CountAsync("ctid >= '(101,0)'"));
        Assert.Equal(0, await fixture.Commands.PurgeAsync(Now, 1_000, share: 1));
    }

    [PostgresFact(OwnServer = true)]
    public async Task A_damaged_page_of_the_directory_keeps_neither_the_sweep_nor_a_deletion_behind_which_a_command_was_enqueued()
    {
        PostgresFixture fixture = await OpenAsync();
        await fixture.ExecuteAsync($$"""
            insert into source_server (server_id, name, name_folded, os_type, details, registered_at, deleted_at)
            select 'server-' || i, 'name', 'name', 'linux', '{}', {{Now.UtcTicks}}, case when i = 100 then {{Now.UtcTicks}} end
            from generate_series(1, 500) i
            """);
        StoredQueue late = await fixture.RegisterAsync("late");
        Command expired = Samples.Pending(1) with { TimeToLive = TimeSpan.FromMinutes(1) };
        await fixture.Commands.CommitAsync(new QueueCommit { SourceNo = late.SourceNo, Commands = [expired], OpenFrom = 1 });
        StoredQueue stale = await fixture.RegisterAsync("gone");
        await fixture.Sources.DeleteAsync(SourceServerKey.Parse("gone"), Now);
        await fixture.Commands.CommitAsync(new QueueCommit { SourceNo = stale.SourceNo, Commands = [Samples.Pending(1)], OpenFrom = 1, Lineage = stale.Lineage });
        var place = (NpgsqlTypes.NpgsqlTid)(await fixture.ScalarAsync("select ctid from source_server where server_id = 'server-100'"))!;
        await SpoilAsync(("source_server", place.BlockNumber));

        OverduePage page = await fixture.Commands.FindOverdueAsync(0, Now.AddDays(1), 1_000);
        RestoredSourceServers back = await fixture.Sources.RestoreAsync(Now.AddHours(-1));

        Assert.Equal(["late"], page.Keys.Select(key => key.Text));
        Assert.Null(page.Next);
        Assert.StartsWith("What follows source server number", Assert.Single(Places()), StringComparison.Ordinal);
        Assert.Equal(["gone"], back.Keys.Select(key => key.Text));
        Assert.False(back.IsWhole);
        Assert.Empty((await fixture.Sources.RestoreAsync(Now.AddHours(-1))).Keys);
    }

    [PostgresFact(OwnServer = true)]
    public async Task An_id_whose_bytes_are_no_text_is_passed_over()
    {
        PostgresFixture fixture = await OpenAsync();
        await fixture.ExecuteAsync("alter system set ignore_checksum_failure = on");
        await fixture.RegisterAsync("a-name-that-is-found");
        await fixture.RegisterAsync("b");
        await fixture.ExecuteAsync("checkpoint");
        string file = await FileAsync("source_server");
        await StopAsync();
        byte[] bytes = await File.ReadAllBytesAsync(file);
        int at = bytes.AsSpan().IndexOf("a-name-that-is-found"u8);
        bytes[at] |= 0x80;
        await File.WriteAllBytesAsync(file, bytes);
        await StartAsync();

        SourceServerPage page = await fixture.Sources.ListAsync(new SourceServerFilter(ProjectId.Default, 10));
        await fixture.ExecuteAsync("update source_server set deleted_at = 1");

        Assert.Equal("b", Assert.Single(page.Servers).Key.Text);
        Assert.Empty((await fixture.Sources.RestoreAsync(DateTimeOffset.MinValue)).Keys);
    }

    private async Task<PostgresFixture> OpenAsync()
    {
        _server = await PostgresServer.StartOwnAsync(_tables);
        _fixture = new PostgresFixture(_server);
        await _fixture.OpenAsync();
        await _fixture.ExecuteAsync("alter table command set (autovacuum_enabled = false)");
        return _fixture;
    }

    private IEnumerable<string> Places() => _fixture!.Log.Messages.Select(message => message[..message.IndexOf(" cannot", StringComparison.Ordinal)]);

    private async Task<long> CountAsync(string where) => (long)(await _fixture!.ScalarAsync($"select count(*) from command where {where}"))!;

    private async Task<string> FileAsync(string table) =>
        Path.Combine(_tables, "data", (string)(await _fixture!.ScalarAsync($"select pg_relation_filepath('{table}')"))!);

    /// <summary>Flips a bit of some pages while the server is stopped.</summary>
    private async Task SpoilAsync(params (string Table, long Page)[] pages)
    {
        await _fixture!.ExecuteAsync("checkpoint");
        var places = new List<(string File, long At)>();
        foreach ((string table, long page) in pages)
        {
            places.Add((await FileAsync(table), ((page + 1) * PageBytes) - 20));
        }

        await StopAsync();
        foreach ((string file, long at) in places)
        {
            await using FileStream stream = File.Open(file, FileMode.Open);
            stream.Position = at;
            int old = stream.ReadByte();
            stream.Position = at;
            stream.WriteByte((byte)(old ^ 4));
        }

        await StartAsync();
    }

    private async Task StopAsync()
    {
        NpgsqlConnection.ClearAllPools();
        await _server!.StopAsync();
    }

    private async Task StartAsync()
    {
        await _server!.StartAgainAsync();
        await _fixture!.ReopenAsync();
    }
}
