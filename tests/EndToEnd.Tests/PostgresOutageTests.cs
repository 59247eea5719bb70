using CommandBroker.Testing;
using Xunit;

namespace CommandBroker.EndToEnd.Tests;

/// <summary>A broker whose PostgreSQL goes away or is full while it is used: it says so, loses nothing, and comes back by itself.</summary>
public sealed class PostgresOutageTests : IDisposable
{
    private const int ClientCount = 6;

    private readonly string _directory = Directory.CreateTempSubdirectory("commandbroker-outage-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [PostgresFact(OwnServer = true)]
    public async Task A_PostgreSQL_that_crashes_under_traffic_costs_nothing_that_was_acknowledged()
    {
        await using PostgresServer server = await PostgresServer.StartOwnAsync();
        await using BrokerProcess broker = await StartAsync(server);
        Ledger[] ledgers = [.. Enumerable.Range(1, ClientCount).Select(i => new Ledger(broker, $"s-{i}"))];
        await Task.WhenAll(ledgers.Select(ledger => ledger.RegisterAsync()));
        using var stop = new CancellationTokenSource();
        Task traffic = Task.WhenAll(ledgers.Select(ledger => ledger.TrafficAsync(stop.Token)));

        for (int round = 1; round <= 3; round++)
        {
            await Until(traffic, ledgers, ledger => ledger.Acknowledged.Reported >= 10 * round);
            await server.StopAsync();
            int[] refused = [.. ledgers.Select(ledger => ledger.RefusedCount)];
            await Until(traffic, ledgers, ledger => ledger.RefusedCount > refused[Array.IndexOf(ledgers, ledger)]);
            await ledgers[0].UntilNotReadyAsync();
            await server.StartAgainAsync();
        }

        await Until(traffic, ledgers, ledger => ledger.Acknowledged.Reported >= 40);
        await stop.CancelAsync();
        await traffic;
        await Ledger.UntilAcknowledgedAsync(ledgers[0].IsReadyAsync);
        await AssertNothingIsLostAsync(broker, ledgers);
    }

    [DiskFact(OnPostgres = true)]
    public async Task A_PostgreSQL_that_is_full_is_answered_503_and_the_broker_goes_on_when_there_is_space()
    {
        using SmallDisk disk = SmallDisk.InMemory(megabytes: 64);
        await using PostgresServer server = await PostgresServer.StartOwnAsync(disk.Root);
        await using BrokerProcess broker = await StartAsync(server);
        using var ledger = new Ledger(broker);
        await ledger.RegisterAsync();
        for (int i = 0; i < 60; i++)
        {
            Assert.True(await ledger.EnqueueAsync());
            Assert.True(i < 30 || await ledger.PollAsync());
        }

        disk.Fill();
        await Ledger.UntilRefusedAsync(() => ledger.EnqueueAsync(60_000));
        await Ledger.UntilRefusedAsync(() => ledger.ReportAsync(60_000));
        await ledger.UntilNotReadyAsync();
        await ledger.AssertNothingIsLostAsync();
        disk.Empty();

        await Ledger.UntilAcknowledgedAsync(() => ledger.EnqueueAsync(60_000));
        await Ledger.UntilAcknowledgedAsync(() => ledger.ReportAsync(60_000));
        await Ledger.UntilAcknowledgedAsync(ledger.IsReadyAsync);
        await AssertNothingIsLostAsync(broker, ledger);
    }

    private static async Task AssertNothingIsLostAsync(BrokerProcess broker, params Ledger[] ledgers)
    {
        await broker.KillAsync();
        await broker.StartAsync();
        foreach (Ledger ledger in ledgers)
        {
            await ledger.AssertNothingIsLostAsync();
            ledger.Dispose();
        }
    }

    /// <summary>Waits until traffic has brought all clients so far; it must not end before.</summary>
    private static async Task Until(Task traffic, Ledger[] ledgers, Predicate<Ledger> hasCome)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!Array.TrueForAll(ledgers, hasCome))
        {
            if (traffic.IsCompleted)
            {
                await traffic;
            }

            await poll.WaitForNextTickAsync(deadline.Token);
        }
    }

    private async Task<BrokerProcess> StartAsync(PostgresServer server) => await new BrokerProcess(
        Path.Combine(_directory, "data"),
        [.. Ledger.Roomy, ("Storage__Provider", "postgres"), ("Storage__ConnectionString", await server.CreateDatabaseAsync())]).StartAsync();
}
