using CommandBroker.Core;
using CommandBroker.Storage.Postgres;
using CommandBroker.Testing;
using Npgsql;
using Xunit;

namespace CommandBroker.Storage.Tests;

/// <summary>The release before projects: its data are taken over, and what it sends to the database still works while both run.</summary>
public sealed class PostgresProjectMigrationTests
{
    private const int NoLimit = 1_000;

    private const string Register = """
        insert into source_server as s (server_id, name, name_folded, os_type, details, registered_at) values ('{0}', 'n', 'N', 'LINUX', '{{}}', 1)
        on conflict (server_id) do update set name = 'n', deleted_at = null, last_visit_at = null where s.deleted_at is not null
        """;

    private const string Count = "update source_server_total set registered_count = registered_count + 1 where registered_count < {0}";

    private const string Delete = """
        with gone as (
            update source_server s set deleted_at = 2, has_overrides = false
            where server_id = '{0}' and deleted_at is null and not exists (select from command c where c.source_no = s.source_no and c.ended_at is null)
            returning 1
        )
        update source_server_total set registered_count = registered_count - 1 where exists (select from gone)
        """;

    [PostgresFact]
    public async Task Source_servers_of_the_release_before_belong_to_the_default_project()
    {
        await using var database = await OpenOlderAsync("a", "b");

        SourceServerPage page = await database.SourceServers.ListAsync(new SourceServerFilter(ProjectId.Default, 10));

        Assert.Equal(["a", "b"], page.Servers.Select(server => server.Key.Text));
        Assert.False(await database.SourceServers.RegisterAsync(Samples.Server("c"), maxCount: 2));
        Assert.True(await database.SourceServers.RegisterAsync(Samples.Server("c"), maxCount: 3));
        Assert.True(await database.SourceServers.RegisterAsync(Samples.Server("blue/a"), maxCount: 1));
    }

    [PostgresFact]
    public async Task The_release_before_registers_and_deletes_beside_this_one()
    {
        await using var database = await OpenOlderAsync("a");
        await database.SourceServers.RegisterAsync(Samples.Server("blue/a"), NoLimit);

        Assert.Equal(1, await RunAsync(string.Format(null, Count, NoLimit)));
        Assert.Equal(1, await RunAsync(string.Format(null, Register, "old")));
        Assert.True(await database.SourceServers.ExistsAsync(SourceServerKey.Parse("old")));
        Assert.Equal(0, await RunAsync(string.Format(null, Count, 2)));
        Assert.False(await database.SourceServers.RegisterAsync(Samples.Server("new"), maxCount: 2));

        Assert.Equal(1, await RunAsync(string.Format(null, Delete, "a")));
        Assert.False(await database.SourceServers.ExistsAsync(SourceServerKey.Parse("a")));
        Assert.True(await database.SourceServers.ExistsAsync(SourceServerKey.Parse("blue/a")));
        Assert.True(await database.SourceServers.RegisterAsync(Samples.Server("new"), maxCount: 2));
    }

    private string _connectionString = "";

    private async Task<PostgresDatabase> OpenOlderAsync(params string[] ids)
    {
        _connectionString = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        await RunAsync("create table schema_version (version integer primary key, name text not null, applied_at timestamptz not null default now())");
        foreach (string name in (string[])["0001_commands.sql", "0002_grain_state.sql"])
        {
            await using Stream script = typeof(PostgresDatabase).Assembly.GetManifestResourceStream("CommandBroker.Storage.Postgres.Migrations." + name)!;
            using var reader = new StreamReader(script);
            await RunAsync(await reader.ReadToEndAsync());
            await RunAsync($"insert into schema_version (version, name) values ({name[..4]}, '{name}')");
        }

        foreach (string id in ids)
        {
            await RunAsync(string.Format(null, Count, NoLimit));
            await RunAsync(string.Format(null, Register, id));
        }

        var database = new PostgresDatabase(new StorageOptions { ConnectionString = _connectionString });
        await database.OpenAsync(CancellationToken.None);
        return database;
    }

    private async Task<int> RunAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(_connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteNonQueryAsync();
    }
}
