using CommandBroker.History;
using CommandBroker.Traffic;

namespace CommandBroker.Durability;

/// <summary>
/// Two brokers of one service and different clusters on one database: neither knows of the other, so each source server is activated
/// twice and both believe to be alone. Only the store can keep them apart.
/// </summary>
internal sealed class DoubleActivationRun(RunOptions options, RunDirectory directory, Recorder recorder, TextWriter log)
{
    /// <summary>Runs both under one traffic, then leaves one of them, restarted, to drain and to be read.</summary>
    public async Task<IReadOnlyList<FinalRead>> RunAsync()
    {
        using BrokerProcess left = directory.Broker("left");
        using BrokerProcess right = directory.Broker("right");
        foreach (BrokerProcess broker in (BrokerProcess[])[left, right])
        {
            broker.Start();
            await broker.WaitUntilReadyAsync();
        }

        bool healed = false;
        using BrokerApi api = directory.Api();
        using var traffic = new Clients(options.Traffic, api, recorder, random => Volatile.Read(ref healed) || random.Next(2) == 0 ? left.Endpoint : right.Endpoint);
        await traffic.RegisterAsync(left.Endpoint);
        traffic.Start();
        log.WriteLine($"two brokers under one traffic for {options.DoubleTime}");
        await Task.Delay(options.DoubleTime);
        traffic.ThrowIfBroken();

        await traffic.StopEnqueuingAsync();
        Volatile.Write(ref healed, true);
        await right.StopAsync();
        await left.StopAsync();
        left.Start();
        await left.WaitUntilReadyAsync();
        await Drain.UntilEmptyAsync(traffic, left.Endpoint, options.DrainTimeout);
        await traffic.StopAgentsAsync();
        FinalRead read = await ApiReader.ReadAsync(api, left.Endpoint, traffic.Servers);
        await left.StopAsync();
        return [read, await directory.ReadStoreAsync()];
    }
}
