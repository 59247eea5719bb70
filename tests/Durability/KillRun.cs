using CommandBroker.History;
using CommandBroker.Traffic;

namespace CommandBroker.Durability;

/// <summary>Traffic on one broker that is killed at random moments, also while it starts.</summary>
internal sealed class KillRun(RunOptions options, RunDirectory directory, Recorder recorder, TextWriter log)
{
    private const double KillWhileStartingShare = 0.25;
    private static readonly TimeSpan MinTraffic = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan MaxStart = TimeSpan.FromMilliseconds(1500);

    private readonly Random _random = new(options.Seed);

    /// <summary>Runs the rounds, heals, drains, stops, and reads the end.</summary>
    public async Task<IReadOnlyList<FinalRead>> RunAsync()
    {
        using BrokerProcess broker = directory.Broker("one");
        broker.Start();
        await broker.WaitUntilReadyAsync();
        using BrokerApi api = directory.Api();
        using var traffic = new Clients(options.Traffic, api, recorder, _ => broker.Endpoint);
        await traffic.RegisterAsync(broker.Endpoint);
        traffic.Start();

        for (int round = 1; round <= options.Rounds; round++)
        {
            await Task.Delay(MinTraffic + (_random.NextDouble() * (options.MaxTraffic - MinTraffic)));
            traffic.ThrowIfBroken();
            await KillAsync(broker, $"round {round}, under traffic");
            while (_random.NextDouble() < KillWhileStartingShare)
            {
                broker.Start();
                await Task.Delay(_random.NextDouble() * MaxStart);
                await KillAsync(broker, $"round {round}, while starting");
            }

            broker.Start();
            await broker.WaitUntilReadyAsync();
            log.WriteLine($"round {round} of {options.Rounds}: killed, and ready again");
        }

        await Task.Delay(MinTraffic);
        await traffic.StopEnqueuingAsync();
        await Drain.UntilEmptyAsync(traffic, broker.Endpoint, options.DrainTimeout);
        await traffic.StopAgentsAsync();
        FinalRead read = await ApiReader.ReadAsync(api, broker.Endpoint, traffic.Servers);
        int exit = await broker.StopAsync();
        return exit == 0
            ? [read, await directory.ReadStoreAsync()]
            : throw new InvalidOperationException($"The broker ended with {exit} when it was asked to stop; 0 is right.");
    }

    private async Task KillAsync(BrokerProcess broker, string note)
    {
        HistoryEntry kill = recorder.Invoke("run", CallKind.Kill, broker.Name, null);
        bool hit = await broker.KillAsync();
        recorder.End(kill, hit ? EntryKind.Ok : EntryKind.Fail, note);
    }
}
