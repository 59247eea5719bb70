using CommandBroker.Core;
using CommandBroker.Testing;
using Npgsql;
using Xunit;

namespace CommandBroker.Storage.Tests;

/// <summary>Deletions whose commit takes long, so that nobody knows the outcome of them.</summary>
public sealed class PostgresDeletionTests : IAsyncLifetime
{
    private static readonly SourceServerKey Key = SourceServerKey.Parse("a");

    private readonly PostgresFixture _fixture = new();

    public async Task InitializeAsync()
    {
        await _fixture.OpenAsync();
        await _fixture.RegisterAsync("a");
        await _fixture.ExecuteAsync("""
            create function wait_for_test() returns trigger language plpgsql as $body$
            begin
                perform pg_advisory_xact_lock(1);
                return new;
            end
            $body$;
            create trigger wait_for_test before update on project_total for each row execute function wait_for_test();
            """);
    }

    public Task DisposeAsync() => _fixture.DisposeAsync().AsTask();

    /// <summary>What is enqueued by what was read before would be gone with it.</summary>
    [PostgresFact]
    public async Task A_queue_is_not_read_as_there_while_its_deletion_is_being_committed()
    {
        await using NpgsqlConnection holder = await HoldAsync();
        Task<bool> deletion = _fixture.Sources.DeleteAsync(Key, Samples.Noon);
        await WaitingAsync(1, deletion);

        Task<StoredQueue?> load = _fixture.Commands.LoadAsync(Key);
        await WaitingAsync(2, load);
        Assert.False(load.IsCompleted);
        await ReleaseAsync(holder);

        Assert.True(await deletion);
        Assert.Null(await load);
    }

    [PostgresFact]
    public async Task A_note_of_a_deletion_that_went_no_further_is_taken_away_by_whoever_reads_the_queue()
    {
        await _fixture.ExecuteAsync("update source_server set deletion = 7");

        Assert.NotNull(await _fixture.Commands.LoadAsync(Key));
        Assert.Equal(DBNull.Value, await _fixture.ScalarAsync("select deletion from source_server"));
        Assert.True(await _fixture.Sources.DeleteAsync(Key, Samples.Noon));
        Assert.Null(await _fixture.Commands.LoadAsync(Key));
    }

    [PostgresFact]
    public async Task A_deletion_whose_note_was_taken_away_deletes_nothing()
    {
        await _fixture.ExecuteAsync("""
            create function forget_note() returns trigger language plpgsql as $body$
            begin
                new.deletion := null;
                return new;
            end
            $body$;
            create trigger forget_note before update of deletion on source_server for each row execute function forget_note();
            """);

        await Assert.ThrowsAsync<StoreUnavailableException>(() => _fixture.Sources.DeleteAsync(Key, Samples.Noon));
        Assert.NotNull(await _fixture.Commands.LoadAsync(Key));
    }

    private async Task<NpgsqlConnection> HoldAsync()
    {
        NpgsqlConnection holder = await _fixture.ConnectAsync();
        await using var take = new NpgsqlCommand("select pg_advisory_lock(1)", holder);
        await take.ExecuteNonQueryAsync();
        return holder;
    }

    private static async Task ReleaseAsync(NpgsqlConnection holder)
    {
        await using var release = new NpgsqlCommand("select pg_advisory_unlock(1)", holder);
        await release.ExecuteNonQueryAsync();
    }

    /// <summary>Waits until so many sessions wait for a lock, or the last call waits no more.</summary>
    private async Task WaitingAsync(long count, Task last)
    {
        while (!last.IsCompleted && (long)(await _fixture.ScalarAsync(
            "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"))! < count)
        {
            await Task.Delay(10);
        }
    }
}
