using CommandBroker.Core;
using CommandBroker.Storage.Sqlite;
using Xunit;

namespace CommandBroker.Storage.Tests;

public sealed class SqliteProjectMigrationTests : IAsyncLifetime
{
    private readonly SqliteFixture _fixture = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _fixture.DisposeAsync().AsTask();

    [Fact]
    public async Task Source_servers_of_the_release_before_belong_to_the_default_project()
    {
        Directory.CreateDirectory(_fixture.Options.DataDirectory);
        using (var session = new SqliteSession(_fixture.FilePath, forWriting: true))
        {
            session.Execute(Script("0001_commands.sql") + Script("0002_orleans.sql") + """
                INSERT INTO source_server (server_id, name, os_type, details, registered_at) VALUES ('a', 'n', 'LINUX', '{}', 1), ('b', 'n', 'LINUX', '{}', 1);
                UPDATE source_server SET deleted_at = 2 WHERE server_id = 'b';
                PRAGMA user_version = 2;
                """);
        }

        await _fixture.OpenAsync();
        SourceServerPage page = await _fixture.Sources.ListAsync(new SourceServerFilter(ProjectId.Default, 10));

        Assert.Equal(("a", 1L), (Assert.Single(page.Servers).Key.Text, page.TotalCount));
        Assert.NotNull(await _fixture.LoadAsync("a"));
        Assert.Null(await _fixture.Commands.LoadAsync(SourceServerKey.Parse("blue/a")));
        Assert.False(await _fixture.Sources.RegisterAsync(Samples.Server("b"), maxCount: 1));
    }

    private static string Script(string name)
    {
        using var reader = new StreamReader(typeof(SqliteDatabase).Assembly.GetManifestResourceStream("CommandBroker.Storage.Sqlite.Migrations." + name)!);
        return reader.ReadToEnd();
    }
}
