using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using CommandBroker.Testing;
using Npgsql;
using Xunit;

namespace CommandBroker.EndToEnd.Tests;

/// <summary>
/// <c>docker-compose.yml</c> without an engine: its services as processes, with the arguments, the environment and the files of secrets that it gives them. Only names and
/// ports that exist inside its networks alone are exchanged, each of which must be there.
/// </summary>
public sealed partial class ComposeTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("commandbroker-compose-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [ComposeFact]
    public Task A_silo_and_a_gateway_serve_with_what_the_file_gives_them() => ServesAsync("docker-compose.yml");

    [ComposeFact]
    public Task They_serve_with_certificates_as_well() => ServesAsync("docker-compose.yml", "deploy/compose.mtls.yml");

    private async Task ServesAsync(params string[] files)
    {
        JsonElement services = await ServicesAsync(files);
        await RunAsync(Path.Combine(Repository.Root, "deploy", "make-secrets"), Secrets);
        await RunAsync(Path.Combine(Repository.Root, "deploy", "make-certificates"), Path.Combine(Secrets, "certificates"), "silo-1", "gateway-1");
        await using PostgresServer server = await PostgresServer.StartOwnAsync();
        await MakeDatabaseAsync(server, services.GetProperty("postgres").GetProperty("environment"));

        await using BrokerProcess silo = Of(
            services, "silo-1", ("Silo__Address", "silo-1", "127.0.0.1"), ("Silo__SiloPort", "11111", $"{FreePort.Next()}"), ("Silo__GatewayPort", "30000", $"{FreePort.Next()}"));
        await using BrokerProcess gateway = Of(services, "gateway-1");
        silo.Launch();
        await gateway.StartAsync();

        using HttpClient tool = gateway.Client(Secret("Credentials__OperatorToken"));
        using HttpClient agent = gateway.Client(Secret("Credentials__AgentToken"));
        await tool.PostAsync("/v3/sources", Json("""{"id":"web-1","name":"web","os_type":"LINUX"}"""));
        await tool.PostAsync("/api/v1/sources/web-1/commands", Json("""{"command_name":"START"}"""));
        Assert.Equal("""{"command_name":"START","command_param":{}}""", await agent.GetStringAsync("/v3/sources/web-1/command"));
        using HttpClient held = silo.Client(Secret("Credentials__AgentToken"));
        Assert.Equal(HttpStatusCode.NotFound, (await held.GetAsync("/v3/sources/web-1/command")).StatusCode);
    }

    [ComposeFact]
    public async Task Every_service_is_pinned_bounded_watched_started_again_and_without_privileges()
    {
        foreach (JsonProperty service in (await ServicesAsync("docker-compose.yml")).EnumerateObject())
        {
            JsonElement given = service.Value;
            Assert.Matches(ExactTag(), given.GetProperty("image").GetString());
            Assert.Equal("always", given.GetProperty("restart").GetString());
            Assert.True(given.GetProperty("read_only").GetBoolean());
            Assert.Equal("ALL", Assert.Single(given.GetProperty("cap_drop").EnumerateArray()).GetString());
            Assert.Equal("no-new-privileges:true", Assert.Single(given.GetProperty("security_opt").EnumerateArray()).GetString());
            Assert.DoesNotMatch("^(root|0)(:|$)", given.GetProperty("user").GetString());
            Assert.All(["cpus", "mem_limit", "pids_limit", "healthcheck"], bound => Assert.True(given.TryGetProperty(bound, out _), $"{service.Name} has no {bound}"));
            Assert.Equal(service.Name == "balancer", given.TryGetProperty("ports", out _));
        }
    }

    [ComposeFact]
    public async Task Gateways_believe_the_balancer_and_nobody_else_and_the_database_has_room_for_all_silos()
    {
        JsonElement services = await ServicesAsync("docker-compose.yml");
        string balancer = services.GetProperty("balancer").GetProperty("networks").GetProperty("front").GetProperty("ipv4_address").GetString()!;
        Assert.All(["gateway-1", "gateway-2"], name =>
            Assert.Equal(balancer, services.GetProperty(name).GetProperty("environment").GetProperty("Gateway__TrustedProxies").GetString()));

        string connections = services.GetProperty("postgres").GetProperty("command").EnumerateArray()
            .Select(argument => argument.GetString()!).Single(argument => argument.StartsWith("max_connections=", StringComparison.Ordinal));
        int silos = services.EnumerateObject().Count(service => service.Name.StartsWith("silo-", StringComparison.Ordinal));
        Assert.InRange(int.Parse(connections["max_connections=".Length..], CultureInfo.InvariantCulture), (silos * 102) + 20, 1000);
    }

    /// <summary>Gateways start first: without a range of their own one of them would be given the balancer's address, and be believed.</summary>
    [ComposeFact]
    public async Task No_address_that_is_given_out_is_a_fixed_one()
    {
        JsonElement networks = await ResolveAsync("networks", "docker-compose.yml");
        JsonElement services = await ServicesAsync("docker-compose.yml");
        foreach (JsonProperty network in networks.EnumerateObject())
        {
            string[] fixedAddresses = [.. services.EnumerateObject()
                .Where(service => service.Value.TryGetProperty("networks", out JsonElement joined) && joined.ValueKind == JsonValueKind.Object && joined.TryGetProperty(network.Name, out _))
                .Select(service => service.Value.GetProperty("networks").GetProperty(network.Name))
                .Where(joined => joined.ValueKind == JsonValueKind.Object && joined.TryGetProperty("ipv4_address", out _))
                .Select(joined => joined.GetProperty("ipv4_address").GetString()!)];
            if (fixedAddresses.Length > 0)
            {
                JsonElement config = Assert.Single(network.Value.GetProperty("ipam").GetProperty("config").EnumerateArray());
                var given = IPNetwork.Parse(config.GetProperty("ip_range").GetString()!);
                var subnet = IPNetwork.Parse(config.GetProperty("subnet").GetString()!);
                Assert.True(subnet.Contains(given.BaseAddress));
                Assert.All(fixedAddresses, address => Assert.True(subnet.Contains(IPAddress.Parse(address)) && !given.Contains(IPAddress.Parse(address)), address));
            }
        }
    }

    [ComposeFact]
    public async Task The_balancer_serves_HTTPS_with_what_the_file_gives_it_and_plain_HTTP_only_where_that_is_chosen()
    {
        JsonElement given = (await ServicesAsync("docker-compose.yml")).GetProperty("balancer");
        Dictionary<string, string> environment = given.GetProperty("environment").EnumerateObject().ToDictionary(pair => pair.Name, pair => pair.Value.GetString()!);
        Assert.False(environment.ContainsKey("BALANCER_BIND"));
        Assert.All(given.GetProperty("ports").EnumerateArray(), port => Assert.Equal("127.0.0.1:8443:8443/tcp", port.GetString()));
        Assert.Equal("/run/secrets/tls.crt", environment["BALANCER_CERTIFICATE"]);
        Assert.Equal(["tls.crt", "tls.key"], given.GetProperty("secrets").EnumerateArray().Select(secret => secret.GetProperty("source").GetString()));
        Assert.Equal(
            ":8080",
            (await ServicesAsync("docker-compose.yml", "deploy/compose.http.yml")).GetProperty("balancer").GetProperty("environment").GetProperty("BALANCER_BIND").GetString());
        await RunAsync(Path.Combine(Repository.Root, "deploy", "make-secrets"), Secrets);
        int port = FreePort.Next();
        await using var stub = new StubGateway("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}");
        await using Balancer balancer = await Balancer.StartAsync(
            _directory, [("BALANCER_TLS_BIND", $"127.0.0.1:{port}"), ("BALANCER_CERTIFICATE", Path.Combine(Secrets, "https", "balancer", "tls.crt"))], stub.Port);

        FinishedProcess asked = await FinishedProcess.RunAsync(
            new ProcessStartInfo("curl", ["-sS", "--cacert", Path.Combine(Secrets, "https", "ca.crt"), "--resolve", $"localhost:{port}:127.0.0.1", $"https://localhost:{port}/v3"]),
            TimeSpan.FromMinutes(1));

        Assert.True(asked.ExitCode == 0, asked.Error);
        Assert.Contains("x-forwarded-proto: https", Assert.Single(stub.Requests).Split("\r\n"));
    }

    [Fact]
    public async Task Secrets_that_are_there_are_kept_and_one_that_an_interrupted_run_left_empty_is_made()
    {
        string script = Path.Combine(Repository.Root, "deploy", "make-secrets");
        await RunAsync(script, Secrets);
        string[] names = [.. Directory.EnumerateFiles(Secrets).Select(path => Path.GetFileName(path))];
        Dictionary<string, string> before = names.ToDictionary(name => name, Secret);
        Assert.All(before.Values, value => Assert.NotEmpty(value));
        await File.WriteAllTextAsync(Path.Combine(Secrets, "Credentials__AgentToken"), "");
        await File.WriteAllTextAsync(Path.Combine(Secrets, ".new.abcdefgh"), "half");

        await RunAsync(script, Secrets);

        Assert.Equal(names.Order(StringComparer.Ordinal), Directory.EnumerateFiles(Secrets).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
        Assert.All(names, name => Assert.Equal(name != "Credentials__AgentToken", before[name] == Secret(name)));
        Assert.Equal(64, Secret("Credentials__AgentToken").Length);
    }

    [Fact]
    public async Task Started_with_what_the_image_gives_it_the_program_is_reached_from_outside_and_keeps_its_data_where_it_may_write()
    {
        string[] lines = await File.ReadAllLinesAsync(Path.Combine(Repository.Root, "deploy", "Dockerfile"));
        Dictionary<string, string> environment = lines.Where(line => line.StartsWith("ENV ", StringComparison.Ordinal)).SelectMany(line => line[4..].Split(' '))
            .Select(pair => pair.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        Assert.Contains($"VOLUME {environment["Storage__DataDirectory"]}", lines);
        Assert.Contains($"COPY --from=build --chown=1654:1654 {environment["Storage__DataDirectory"]} {environment["Storage__DataDirectory"]}", lines);
        int port = FreePort.Next();
        string url = environment["ASPNETCORE_URLS"];
        Assert.EndsWith(":8080", url, StringComparison.Ordinal);
        await using var started = new BrokerProcess(
            Path.Combine(_directory, "data"),
            ("ASPNETCORE_ENVIRONMENT", "Development"),
            ("ASPNETCORE_URLS", url.Replace(":8080", $":{port}", StringComparison.Ordinal)),
            ("Storage__DataDirectory", Path.Combine(_directory, "data")))
        {
            Script = $"exec dotnet '{Repository.SiloDll}'",
        };
        started.Launch();

        // An address that is not the one it would choose by itself.
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.2:{port}") };
        await started.WaitForOutputAsync("CommandBroker listens on");
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/v3")).StatusCode);
    }

    [Fact]
    public void The_image_is_made_of_exact_releases_and_runs_as_an_ordinary_user()
    {
        string[] lines = File.ReadAllLines(Path.Combine(Repository.Root, "deploy", "Dockerfile"));
        string[] bases = [.. lines.Where(line => line.StartsWith("FROM ", StringComparison.Ordinal)).Select(line => line.Split(' ')[1])];
        Assert.Equal(2, bases.Length);
        Assert.All(bases, image => Assert.Matches(ExactTag(), image));
        Assert.Equal("USER 1654", lines.Last(line => line.StartsWith("USER ", StringComparison.Ordinal)));
    }

    [GeneratedRegex(@":\d+\.\d+(\.\d+)?(-[a-z]+)*$")]
    private static partial Regex ExactTag();

    private static Task<JsonElement> ServicesAsync(params string[] files) => ResolveAsync("services", files);

    private static async Task<JsonElement> ResolveAsync(string section, params string[] files) => JsonDocument.Parse(await RunAsync(
        "bash",
        ["-c",
        "docker-compose \"$@\" config | /usr/bin/python3 -c 'import json, sys, yaml; json.dump(yaml.safe_load(sys.stdin), sys.stdout)'",
        "compose", .. files.SelectMany(file => (string[])["-f", Path.Combine(Repository.Root, file)])])).RootElement.GetProperty(section);

    private string Secrets => Path.Combine(_directory, "secrets");

    private string Secret(string name) => File.ReadAllText(Path.Combine(Secrets, name));

    /// <summary>The process of a service; what is exchanged must be what the file says.</summary>
    private BrokerProcess Of(JsonElement services, string name, params (string Name, string Inside, string Here)[] exchanged)
    {
        JsonElement service = services.GetProperty(name);
        Dictionary<string, string> environment = service.GetProperty("environment").EnumerateObject().ToDictionary(pair => pair.Name, pair => pair.Value.ToString());
        Assert.True(environment.Remove("ASPNETCORE_URLS", out string? address));
        Assert.Equal("http://+:8080", address);
        Assert.Equal("http://127.0.0.1:8080/readyz", service.GetProperty("healthcheck").GetProperty("test").EnumerateArray().Last().GetString());
        foreach ((string setting, string inside, string here) in exchanged)
        {
            Assert.Equal(inside, environment[setting]);
            environment[setting] = here;
        }

        if (environment.TryGetValue("Cluster__CertificateDirectory", out string? there))
        {
            Assert.Contains(service.GetProperty("volumes").EnumerateArray(), volume => volume.GetString()!.EndsWith($"/deploy/secrets/certificates/{name}:{there}:ro", StringComparison.Ordinal));
            environment["Cluster__CertificateDirectory"] = Path.Combine(Secrets, "certificates", name);
        }

        string secrets = Directory.CreateDirectory(Path.Combine(_directory, name)).FullName;
        foreach (string secret in service.GetProperty("secrets").EnumerateArray().Select(secret => secret.GetProperty("source").GetString()!))
        {
            File.Copy(Path.Combine(Secrets, secret), Path.Combine(secrets, secret));
        }

        string arguments = string.Join(' ', service.GetProperty("command").EnumerateArray().Select(argument => argument.GetString()));
        return new BrokerProcess(Path.Combine(_directory, "data"), [.. environment.Select(pair => (pair.Key, pair.Value)), ("COMMANDBROKER_SECRETS", secrets)])
        {
            Script = $"exec dotnet '{Repository.SiloDll}' {arguments}",
        };
    }

    private async Task MakeDatabaseAsync(PostgresServer server, JsonElement environment)
    {
        string superuser = await server.CreateDatabaseAsync();
        string user = environment.GetProperty("POSTGRES_USER").GetString()!, database = environment.GetProperty("POSTGRES_DB").GetString()!;
        await using var source = NpgsqlDataSource.Create(superuser);
        await using (NpgsqlCommand role = source.CreateCommand($"create role {user} login superuser"))
        {
            await role.ExecuteNonQueryAsync();
        }

        await using (NpgsqlCommand made = source.CreateCommand($"create database {database} owner {user} template template0 encoding 'UTF8'"))
        {
            await made.ExecuteNonQueryAsync();
        }

        string path = Path.Combine(Secrets, "Storage__ConnectionString"), given = await File.ReadAllTextAsync(path);
        Assert.StartsWith("Host=postgres;", given, StringComparison.Ordinal);
        Assert.EndsWith($";Password={Secret("postgres_password")}", given, StringComparison.Ordinal);
        await File.WriteAllTextAsync(path, $"Host=127.0.0.1;Port={new NpgsqlConnectionStringBuilder(superuser).Port};{given["Host=postgres;".Length..]}\n");
    }

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        FinishedProcess run = await FinishedProcess.RunAsync(new ProcessStartInfo(program, arguments), TimeSpan.FromMinutes(2));
        Assert.True(run.ExitCode == 0, run.Error);
        return run.Out;
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");
}
