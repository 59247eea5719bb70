using CommandBroker.History;
using CommandBroker.Traffic;

namespace CommandBroker.Maintenance;

/// <summary>
/// All silos and gateways of a cluster under traffic go from one release to the next, one after the other: the schema is migrated by the first new silo while old
/// ones run, an old one even starts anew on the new schema, and gateways come last.
/// </summary>
internal sealed class UpgradeRun(Cluster cluster, string before, string after, TrafficOptions options, TimeSpan pause, Recorder recorder, TextWriter log)
{
    /// <summary>What happened, step by step.</summary>
    public List<string> Steps { get; } = [];

    /// <summary>Runs it.</summary>
    /// <returns>What was read at the end.</returns>
    public async Task<IReadOnlyList<FinalRead>> RunAsync()
    {
        IReadOnlyList<string> schema = await cluster.SchemaAsync();
        using BrokerApi api = cluster.Api();
        using var clients = new Clients(options, api, recorder, _ => cluster.Endpoint);
        await clients.RegisterAsync(cluster.Endpoint);
        clients.Start();
        await RestAsync(clients, "all of the release before");

        IReadOnlyList<(string Name, int Port)> silos = await cluster.MembersAsync("silo");
        await ReplaceAsync(clients, silos[0], after, "is new");
        IReadOnlyList<string> migrated = [.. (await cluster.SchemaAsync()).Except(schema)];
        if (migrated.Count == 0)
        {
            throw new InvalidOperationException("The new release made no step of the schema: this run would show nothing. Name an older commit with --from.");
        }

        Steps.Add($"the schema had {schema.Count} steps and got {string.Join(", ", migrated)}");
        await ReplaceAsync(clients, silos[1], before, "has been started anew, still of the release before, on the new schema");
        foreach ((string Name, int Port) silo in silos.Skip(1))
        {
            await ReplaceAsync(clients, silo, after, "is new");
        }

        foreach ((string Name, int Port) gateway in await cluster.MembersAsync("gateway"))
        {
            await ReplaceAsync(clients, gateway, after, "is new");
        }

        await clients.StopEnqueuingAsync();
        await Drain.UntilEmptyAsync(clients, cluster.Endpoint, TimeSpan.FromSeconds(60));
        await clients.StopAgentsAsync();
        FinalRead read = await ApiReader.ReadAsync(api, cluster.Endpoint, clients.Servers);
        await using var connection = new Npgsql.NpgsqlConnection(cluster.Database);
        return [read, await StoreReader.ReadAsync(connection)];
    }

    private async Task ReplaceAsync(Clients clients, (string Name, int Port) member, string program, string what)
    {
        HistoryEntry entry = recorder.Invoke("run", CallKind.Fault, member.Name, null);
        await cluster.ReplaceAsync(member, program);
        recorder.End(entry, EntryKind.Ok, $"{member.Name} {what}");
        await RestAsync(clients, $"{member.Name} {what}");
    }

    private async Task RestAsync(Clients clients, string what)
    {
        Steps.Add(what);
        log.WriteLine($"{recorder.Elapsed:hh\\:mm\\:ss} {what}");
        await Task.Delay(pause);
        clients.ThrowIfBroken();
    }
}
