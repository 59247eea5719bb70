using CommandBroker.Core;
using CommandBroker.Storage.Identity;
using CommandBroker.Storage.Postgres;
using CommandBroker.Testing;
using Npgsql;
using Xunit;

namespace CommandBroker.Storage.Tests;

/// <summary>A server that must have each commit on a standby, and has no standby: nothing that only one disk holds is acknowledged.</summary>
public sealed class PostgresStandbyTests
{
    private static readonly StrayReport Stray = new()
    {
        Reason = StrayReason.Unsolicited,
        Name = "START",
        Result = ReportResult.Success,
        ResultDetail = "{}",
        ReportedAt = Samples.Noon,
        ReportedBy = "agent",
    };

    private static readonly SourceServerKey Key = SourceServerKey.Parse("a");

    [PostgresFact(OwnServer = true)]
    public async Task A_commit_that_no_standby_has_is_not_acknowledged()
    {
        await using Scene scene = await Scene.OpenAsync();
        QueueCommit commit = scene.Commit(Samples.Pending(1));

        await scene.RequireStandbyAsync();
        await Assert.ThrowsAsync<StoreUnavailableException>(() => scene.Commands.CommitAsync(commit));

        // Committed on the primary alone: the same commit finds itself there, and may not say so either.
        await Assert.ThrowsAsync<StoreUnavailableException>(() => scene.Commands.CommitAsync(commit));

        await scene.RequireNoStandbyAsync();
        await UntilAcknowledgedAsync(async () => Assert.Equal(CommitStatus.Committed, await scene.Commands.CommitAsync(commit)));
        Assert.Single((await scene.Fixture.LoadAsync("a")).State.Open);
    }

    [PostgresFact(OwnServer = true)]
    public async Task What_was_read_is_vouched_for_once_the_standby_has_it()
    {
        await using Scene scene = await Scene.OpenAsync();
        await UntilAcknowledgedAsync(() => scene.Commands.VouchAsync());

        await scene.RequireStandbyAsync();
        await Assert.ThrowsAsync<StoreUnavailableException>(() => scene.Commands.VouchAsync());

        await scene.RequireNoStandbyAsync();
        await UntilAcknowledgedAsync(() => scene.Commands.VouchAsync());
    }

    [PostgresFact(OwnServer = true)]
    public async Task A_stray_report_that_is_there_already_is_not_acknowledged_without_the_standby()
    {
        await using Scene scene = await Scene.OpenAsync();
        QueueCommit stray = scene.Commit() with { Stray = Stray };
        await UntilAcknowledgedAsync(() => scene.Commands.CommitAsync(stray));

        await scene.RequireStandbyAsync();
        await Assert.ThrowsAsync<StoreUnavailableException>(() => scene.Commands.CommitAsync(stray));

        await scene.RequireNoStandbyAsync();
        await UntilAcknowledgedAsync(() => scene.Commands.CommitAsync(stray));
    }

    [PostgresTheory(OwnServer = true)]
    [InlineData("register")]
    [InlineData("register anew")]
    [InlineData("rename")]
    [InlineData("replace")]
    [InlineData("note overrides")]
    [InlineData("delete")]
    [InlineData("write identities")]
    [InlineData("repeat a write of identities")]
    [InlineData("vouch for identities")]
    public async Task No_other_write_is_acknowledged_without_the_standby(string what)
    {
        await using Scene scene = await Scene.OpenAsync();
        IdentityWrite write = scene.Identities(1);
        await UntilAcknowledgedAsync(() => scene.Database.Identities.WriteAsync(write));
        Func<Task> call = what switch
        {
            "register" => () => scene.RegisterAsync("b"),
            "register anew" => () => scene.RegisterAsync("a"),
            "rename" => () => scene.Database.SourceServers.RenameAsync(Key, "renamed"),
            "replace" => async () => await scene.Database.SourceServers.ReplaceAsync(
                (await scene.Database.SourceServers.FindAsync(Key))!, "replaced", "{}"),
            "note overrides" => () => scene.Database.SourceServers.MarkOverridesAsync(Key),
            "delete" => () => scene.Database.SourceServers.DeleteAsync(Key, DateTimeOffset.UnixEpoch),
            "write identities" => () => scene.Database.Identities.WriteAsync(scene.Identities(2)),
            "repeat a write of identities" => () => scene.Database.Identities.WriteAsync(write),
            _ => () => scene.Database.Identities.VouchAsync(1),
        };

        await scene.RequireStandbyAsync();
        await Assert.ThrowsAsync<StoreUnavailableException>(call);

        // Whatever is on the primary now: asked again, it is not vouched for either.
        await Assert.ThrowsAsync<StoreUnavailableException>(call);

        await scene.RequireNoStandbyAsync();
        await UntilAcknowledgedAsync(call);
    }

    // As every caller does: a slow machine may miss a commit timeout of a second, and says so truthfully.
    private static async Task UntilAcknowledgedAsync(Func<Task> call)
    {
        while (true)
        {
            try
            {
                await call();
                return;
            }
            catch (StoreUnavailableException)
            {
                // The next attempt finds what this one has written.
            }
        }
    }

    /// <summary>A broker on a server of its own, with a source server <c>a</c>.</summary>
    private sealed class Scene : IAsyncDisposable
    {
        private readonly PostgresServer _server;
        private long _sourceNo;

        private Scene(PostgresServer server)
        {
            _server = server;
            Fixture = new PostgresFixture(server);
        }

        public PostgresFixture Fixture { get; }

        public PostgresDatabase Database { get; private set; } = null!;

        public ICommandStore Commands => Database.Commands;

        public static async Task<Scene> OpenAsync()
        {
            var scene = new Scene(await PostgresServer.StartOwnAsync());
            await scene.Fixture.OpenAsync();
            scene._sourceNo = (await scene.Fixture.RegisterAsync("a")).SourceNo;
            scene.Database = new PostgresDatabase(
                new StorageOptions { ConnectionString = scene.Fixture.ConnectionString, CommitTimeout = TimeSpan.FromSeconds(1) });
            return scene;
        }

        public QueueCommit Commit(params Command[] commands) => new() { SourceNo = _sourceNo, Token = 7, Commands = [.. commands] };

        public IdentityWrite Identities(long revision) => new()
        {
            ExpectedRevision = revision,
            WriteId = 77 + revision,
            Revocations = [new StoredRevocation($"token-{revision}", DateTimeOffset.MaxValue)],
        };

        public Task<bool> RegisterAsync(string id) => Database.SourceServers.RegisterAsync(
            new SourceServer
            {
                Key = SourceServerKey.Parse(id),
                Name = id,
                OsType = "LINUX",
                Details = "{}",
                RegisteredAt = DateTimeOffset.UnixEpoch,
            },
            10);

        public async Task RequireStandbyAsync()
        {
            await Fixture.ExecuteAsync("alter system set synchronous_standby_names = 'nobody'");
            await ReloadAsync("nobody");
        }

        public async Task RequireNoStandbyAsync()
        {
            await Fixture.ExecuteAsync("alter system reset synchronous_standby_names");
            await ReloadAsync("");
        }

        public async ValueTask DisposeAsync()
        {
            await RequireNoStandbyAsync();
            await Database.DisposeAsync();
            await Fixture.DisposeAsync();
            await _server.DisposeAsync();
        }

        // The checkpointer publishes what is required, a moment after the backends have read it. A new session has what the server's first process has,
        // which has told all others before it makes one.
        private async Task ReloadAsync(string names)
        {
            await Fixture.ExecuteAsync("select pg_reload_conf()");
            while (await SettingOfNewSessionAsync() != names)
            {
                await Task.Yield();
            }

            await Fixture.ExecuteAsync("checkpoint");
        }

        private async Task<string?> SettingOfNewSessionAsync()
        {
            await using var connection = new NpgsqlConnection(Fixture.ConnectionString + ";Pooling=false");
            await connection.OpenAsync();
            await using var setting = new NpgsqlCommand("show synchronous_standby_names", connection);
            return (string?)await setting.ExecuteScalarAsync();
        }
    }
}
