using CommandBroker.Core;
using CommandBroker.Storage.Postgres;
using CommandBroker.Testing;
using Xunit;

namespace CommandBroker.Storage.Tests;

/// <summary>Sessions that lead to a server which another one has replaced.</summary>
public sealed class ServerHistoryTests
{
    [Fact]
    public void A_newer_server_ends_all_sessions_and_an_older_one_is_not_used()
    {
        int replaced = 0;
        var history = new ServerHistory { Replaced = () => replaced++ };
        Assert.Null(history.Newest);
        history.Note("00000002/7");
        history.Note("00000002/7");
        history.Note("");
        Assert.Equal(0, replaced);

        history.Note("0000000A/7");

        Assert.Equal(1, replaced);
        string told = Assert.Throws<IOException>(() => history.Note("00000002/7")).Message;
        Assert.Contains("timeline 00000002", told, StringComparison.Ordinal);
        Assert.Contains("0000000A", told, StringComparison.Ordinal);
        Assert.Equal("0000000A/7", history.Newest);
    }

    [Fact]
    public void Another_system_is_no_older_server()
    {
        int replaced = 0;
        var history = new ServerHistory { Replaced = () => replaced++ };
        history.Note("0000000A/7");

        history.Note("00000001/8");

        Assert.Equal((1, "00000001/8"), (replaced, history.Newest));
    }

    [PostgresFact]
    public async Task Nothing_is_read_or_written_at_a_server_that_was_replaced()
    {
        await using var fixture = new PostgresFixture();
        await fixture.OpenAsync();
        StoredQueue queue = await fixture.RegisterAsync("a");
        var history = new ServerHistory();
        await using var connections = new PostgresConnections(fixture.ConnectionString, history: history);
        Assert.Equal(1, await connections.RunAsync(_ => Task.FromResult(1)));
        Assert.Equal(queue.Lineage, history.Newest);
        history.Note("F" + queue.Lineage![1..]);
        connections.Clear();

        await Assert.ThrowsAsync<StoreUnavailableException>(() => connections.RunAsync(_ => Task.FromResult(1)));
        await Assert.ThrowsAsync<IOException>(() => connections.OpenOwnAsync(CancellationToken.None));
    }
}
