using System.Net;
using System.Text.Json;
using CommandBroker.Testing;
using CommandBroker.Traffic;
using Npgsql;

namespace CommandBroker.Maintenance;

/// <summary>A cluster as <c>deploy/local/cluster.sh</c> runs it, whose processes may be of different releases.</summary>
internal sealed class Cluster(string directory, TimeSpan visibilityTimeout, int maxDeliveries) : IAsyncDisposable
{
    private static readonly TimeSpan ReadyTimeout = TimeSpan.FromSeconds(60);
    private static readonly string Script = Path.Combine(Checkout.Root, "deploy", "local", "cluster.sh");

    // Not the script's usual one, which may be somebody's broker's.
    private readonly int _port = FreePort.Next();

    private JsonElement _credentials;

    /// <summary>Its way in.</summary>
    public BrokerEndpoint Endpoint => new("cluster", new Uri(_credentials.GetProperty("endpoint").GetString()!));

    private string Data => Path.Combine(directory, "data");

    /// <summary>The database of the brokers, as a connection string.</summary>
    public string Database { get; private set; } = "";

    /// <summary>How to be let in.</summary>
    public BrokerApi Api() => new(_credentials.GetProperty("agent_token").GetString()!, _credentials.GetProperty("token").GetString()!);

    /// <summary>Starts all of it with one program.</summary>
    /// <param name="program">The silo's assembly.</param>
    /// <param name="silos">How many.</param>
    /// <param name="gateways">How many.</param>
    /// <param name="isBefore">Whether it is a release that may not know settings which <c>cluster.sh</c> makes by itself.</param>
    public async Task UpAsync(string program, int silos, int gateways, bool isBefore = false)
    {
        await RunAsync(program, isBefore, "up", $"{silos}", $"{gateways}");
        _credentials = JsonElement.Parse(await File.ReadAllBytesAsync(Path.Combine(Data, "dev-credentials.json")));
        string password = (await File.ReadAllLinesAsync(Path.Combine(Data, "cluster", "secrets")))
            .Single(line => line.StartsWith("database_password=", StringComparison.Ordinal)).Split('=', 2)[1];
        int port = (await MembersAsync("postgres")).Single().Port;
        Database = new NpgsqlConnectionStringBuilder
        {
            Host = "127.0.0.1", Port = port, Username = "broker", Password = password, Database = "postgres", Pooling = false,
        }.ConnectionString;
    }

    /// <summary>The processes of a role.</summary>
    public async Task<IReadOnlyList<(string Name, int Port)>> MembersAsync(string role)
    {
        JsonElement all = JsonElement.Parse(await RunAsync(null, "status", "--json"));
        return [.. all.EnumerateArray()
            .Where(member => member.GetProperty("role").GetString() == role)
            .Select(member => (member.GetProperty("name").GetString()!, member.GetProperty("ports").GetProperty(role == "postgres" ? "sql" : "http").GetInt32()))];
    }

    /// <summary>Stops a process in order and starts it again as another program; completes when that is ready.</summary>
    public async Task ReplaceAsync((string Name, int Port) member, string program)
    {
        await RunAsync(null, "stop", member.Name);
        await RunAsync(program, "start", member.Name);
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(2) };
        using var deadline = new CancellationTokenSource(ReadyTimeout);
        while (!await IsReadyAsync(http, member.Port))
        {
            if (deadline.IsCancellationRequested)
            {
                throw new InvalidOperationException($"{member.Name} is not ready after {ReadyTimeout}: {await RunAsync(null, "logs", member.Name)}");
            }

            await Task.Delay(50, CancellationToken.None);
        }
    }

    /// <summary>Stops the processes of a role.</summary>
    public async Task StopAsync(string role)
    {
        foreach ((string name, _) in await MembersAsync(role))
        {
            await RunAsync(null, "stop", name);
        }
    }

    /// <summary>The names of the steps that the schema has made.</summary>
    public async Task<IReadOnlyList<string>> SchemaAsync()
    {
        await using var connection = new NpgsqlConnection(Database);
        await connection.OpenAsync();
        bool isNew = (bool)(await new NpgsqlCommand("select to_regclass('schema_step') is not null", connection).ExecuteScalarAsync())!;
        await using var query = new NpgsqlCommand($"select name from {(isNew ? "schema_step" : "schema_version")} order by version", connection);
        await using NpgsqlDataReader rows = await query.ExecuteReaderAsync();
        List<string> names = [];
        while (await rows.ReadAsync())
        {
            names.Add(rows.GetString(0));
        }

        return names;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await RunAsync(null, "down", "--wipe");

    private static async Task<bool> IsReadyAsync(HttpClient http, int port)
    {
        try
        {
            using HttpResponseMessage answer = await http.GetAsync(new Uri($"http://127.0.0.1:{port}/readyz"));
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (Exception fault) when (fault is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }

    private Task<string> RunAsync(string? program, params string[] args) => RunAsync(program, isBefore: false, args);

    private Task<string> RunAsync(string? program, bool isBefore, params string[] args)
    {
        var environment = new Dictionary<string, string>
        {
            ["COMMANDBROKER_DATA"] = Data,
            ["COMMANDBROKER_PORT"] = $"{_port}",
            ["Queue__VisibilityTimeout"] = $"{visibilityTimeout}",
            ["Queue__MaxDeliveries"] = $"{maxDeliveries}",
            ["Logging__LogLevel__Default"] = "Warning",
        };
        if (isBefore)
        {
            environment["Silo__DrainDelay"] = "";
        }

        if (program is not null)
        {
            environment["COMMANDBROKER_SILO_DLL"] = program;
        }

        return Tool.RunAsync(environment, "bash", [Script, .. args]);
    }
}
