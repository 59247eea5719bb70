using System.Net;
using Xunit;

namespace CommandBroker.EndToEnd.Tests;

/// <summary>A broker on SQLite whose disk is full, read-only or broken: it says so, serves what it can, loses nothing, and comes back by itself.</summary>
public sealed class DiskTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("commandbroker-faults-").FullName;

    private string Data => Path.Combine(_directory, "data");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [DiskFact]
    public async Task A_full_disk_is_answered_503_and_the_broker_goes_on_when_there_is_space()
    {
        using SmallDisk disk = SmallDisk.InMemory(megabytes: 16);
        await using BrokerProcess broker = await new BrokerProcess(disk.Data, Ledger.Roomy).StartAsync();
        using Ledger ledger = await BusyAsync(broker);

        disk.Fill();
        await AssertAllIsRefusedAsync(broker, ledger);
        disk.Empty();

        await AssertRecoveredAsync(ledger);
        await broker.KillAsync();
        await broker.StartAsync();
        await ledger.AssertNothingIsLostAsync();
    }

    [DiskFact]
    public async Task A_broker_that_dies_on_a_full_disk_has_lost_nothing()
    {
        using SmallDisk disk = SmallDisk.InMemory(megabytes: 16);
        await using BrokerProcess broker = await new BrokerProcess(disk.Data, Ledger.Roomy).StartAsync();
        using Ledger ledger = await BusyAsync(broker);

        disk.Fill();
        await AssertAllIsRefusedAsync(broker, ledger);
        await broker.KillAsync();
        disk.Empty();
        await broker.StartAsync();

        await AssertRecoveredAsync(ledger);
    }

    [DiskFact(NeedsTrace = true)]
    public Task A_disk_that_turned_read_only_is_answered_503_and_the_broker_goes_on_when_it_can_write() =>
        AssertFaultIsSurvivedAsync("pwrite64", "EROFS");

    [DiskFact(NeedsTrace = true)]
    public Task A_disk_that_does_not_flush_is_answered_503_and_the_broker_goes_on_when_it_does() =>
        AssertFaultIsSurvivedAsync("fsync,fdatasync", "EIO");

    [DiskFact(NeedsLoop = true)]
    public async Task A_disk_that_failed_under_the_broker_holds_all_that_was_acknowledged_when_it_is_mounted_again()
    {
        string image = Path.Combine(_directory, "disk.img");
        using SmallDisk disk = SmallDisk.Journaled(image, megabytes: 32);
        await using BrokerProcess broker = await new BrokerProcess(disk.Data, Ledger.Roomy).StartAsync();
        using Ledger ledger = await BusyAsync(broker);

        disk.Fail();
        await AssertAllIsRefusedAsync(broker, ledger);
        Assert.Equal(0, await broker.TerminateAsync());
        disk.MountAgain(image);
        await broker.StartAsync();

        await AssertRecoveredAsync(ledger);
    }

    [DiskFact]
    public async Task A_start_on_a_read_only_disk_is_refused_in_one_sentence()
    {
        using SmallDisk disk = SmallDisk.InMemory(megabytes: 16);
        await using (BrokerProcess before = await new BrokerProcess(disk.Data).StartAsync())
        {
            Assert.Equal(0, await before.TerminateAsync());
        }

        disk.MakeReadOnly();
        await using var broker = new BrokerProcess(disk.Data);
        broker.Launch();
        Assert.Equal(1, await broker.WaitForExitAsync());
        Assert.Contains(disk.Data, broker.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", broker.Output, StringComparison.Ordinal);

        disk.MakeWritable();
        await broker.StartAsync();
    }

    /// <summary>A broker that holds waiting, leased and ended commands.</summary>
    private static async Task<Ledger> BusyAsync(BrokerProcess broker)
    {
        var ledger = new Ledger(broker);
        await ledger.RegisterAsync();
        for (int i = 0; i < 90; i++)
        {
            Assert.True(await ledger.EnqueueAsync());
            Assert.True(i < 30 || await ledger.PollAsync());
            Assert.True(i < 60 || await ledger.ReportAsync());
        }

        using HttpClient tool = broker.Client(broker.Token);
        await tool.PostAsync("/v3/sources", new StringContent("""{"id":"idle","name":"idle","os_type":"LINUX"}""", null, "application/json"));
        return ledger;
    }

    private static async Task AssertAllIsRefusedAsync(BrokerProcess broker, Ledger ledger)
    {
        await Ledger.UntilRefusedAsync(() => ledger.EnqueueAsync(60_000));
        await Ledger.UntilRefusedAsync(() => ledger.PollAsync());
        await Ledger.UntilRefusedAsync(() => ledger.ReportAsync());
        await ledger.UntilNotReadyAsync();

        // Who has nothing to do is told so all the same.
        using HttpClient agent = broker.Client(broker.AgentToken);
        Assert.Equal(HttpStatusCode.OK, (await agent.GetAsync("/v3/sources/idle/command")).StatusCode);
        await ledger.AssertNothingIsLostAsync();
    }

    private static async Task AssertRecoveredAsync(Ledger ledger)
    {
        await Ledger.UntilAcknowledgedAsync(() => ledger.EnqueueAsync(60_000));
        Assert.True(await ledger.PollAsync());
        Assert.True(await ledger.ReportAsync());
        await Ledger.UntilAcknowledgedAsync(ledger.IsReadyAsync);
        await ledger.AssertNothingIsLostAsync();
    }

    private async Task AssertFaultIsSurvivedAsync(string calls, string error)
    {
        await using BrokerProcess broker = await new BrokerProcess(Data, Ledger.Roomy).StartAsync();
        using Ledger ledger = await BusyAsync(broker);

        await using (await SyscallFault.InjectAsync(broker.Id, calls, error))
        {
            await AssertAllIsRefusedAsync(broker, ledger);
        }

        await AssertRecoveredAsync(ledger);
        await broker.KillAsync();
        await broker.StartAsync();
        await ledger.AssertNothingIsLostAsync();
    }
}
