using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using CommandBroker.Client.Http;
using CommandBroker.Testing;
using Xunit;

namespace CommandBroker.EndToEnd.Tests;

/// <summary>The cluster on this machine as its users meet it: one script, one balancer, the command line.</summary>
[Collection(LocalCluster.OneAtATime)]
public sealed class LocalClusterTests : IAsyncLifetime
{
    private readonly string _directory = LocalCluster.NewDirectory();
    private readonly LocalCluster _cluster;

    public LocalClusterTests() => _cluster = new LocalCluster(_directory);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _cluster.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [HAProxyFact]
    public async Task A_cluster_serves_loses_a_silo_and_a_gateway_and_still_serves()
    {
        Directory.CreateDirectory(_cluster.Data);
        string before = Path.Combine(_cluster.Data, "dev-credentials.json");
        await File.WriteAllTextAsync(before, "a single broker's");

        Assert.Contains("serving on http://127.0.0.1:", await _cluster.RunAsync("up", "2", "2"), StringComparison.Ordinal);
        await DoneAsync("source", "register", "web", "--os", "LINUX", "--id", "web-1");
        await DoneAsync("enqueue", "web-1", "START", "--task", "t-1");
        Assert.Equal(
            ["postgres", "silo-1", "silo-2", "gateway-1", "gateway-2", "balancer"],
            (await _cluster.StatusAsync()).Where(Runs).Select(process => process.GetProperty("name").GetString()));

        await DoneAsync("source", "register", "sdk", "--os", "LINUX", "--id", "sdk-1");
        Assert.Equal(HttpStatusCode.OK, await PollSignedAsync(before));

        await _cluster.RunAsync("kill", "silo-1");
        await _cluster.RunAsync("stop", "gateway-1");
        Assert.Null(await _cluster.PidAsync("silo-1"));
        Assert.Contains("reported success", (await DoneAsync("agent", "web-1", "--count", "1")).Out, StringComparison.Ordinal);

        await _cluster.RunAsync("start", "silo-1");
        int crashed = (await _cluster.PidAsync("silo-2"))!.Value;
        Process.GetProcessById(crashed).Kill();

        Assert.NotEqual(crashed, await _cluster.OtherPidAsync("silo-2", crashed));
        JsonElement history = JsonDocument.Parse((await DoneAsync("history", "web-1", "-o", "json")).Out).RootElement;
        Assert.Equal("succeeded", Assert.Single(history.GetProperty("commands").EnumerateArray()).GetProperty("state").GetString());

        await _cluster.RunAsync("down");
        Assert.Equal("a single broker's", await File.ReadAllTextAsync(before));
        Assert.Empty(await _cluster.StatusAsync());
    }

    [HAProxyFact]
    public async Task What_was_stopped_or_killed_is_told_apart_and_so_are_ready_processes_and_members()
    {
        await _cluster.RunAsync("up", "2", "2");
        Assert.All(await _cluster.StatusAsync(), process => Assert.Equal(("running", true), StateOf(process)));
        Assert.All((await _cluster.StatusAsync()).Where(process => process.GetProperty("role").GetString() == "silo"), silo => Assert.True(silo.GetProperty("member").GetBoolean()));

        await _cluster.RunAsync("kill", "gateway-1");
        await _cluster.RunAsync("stop", "silo-2");

        JsonElement[] status = await _cluster.StatusAsync();
        JsonElement Of(string name) => status.Single(process => process.GetProperty("name").GetString() == name);
        Assert.Equal(("killed", false), StateOf(Of("gateway-1")));
        Assert.Equal(("stopped", false), StateOf(Of("silo-2")));
        Assert.False(Of("silo-2").GetProperty("member").GetBoolean());
        Assert.True(Of("silo-1").GetProperty("member").GetBoolean());
        Assert.Matches("(?m)^gateway +gateway-1 +killed +- ", await _cluster.RunAsync("status"));
    }

    [HAProxyFact]
    public async Task A_cluster_serves_where_only_its_user_may_go_and_is_wiped_whole()
    {
        string closed = Directory.CreateDirectory(Path.Combine(_directory, "home")).FullName;
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(closed, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        await using var cluster = new LocalCluster(closed);

        Assert.Contains("all ready", await cluster.RunAsync("up", "1", "1"), StringComparison.Ordinal);

        var database = new DirectoryInfo(Path.Combine(cluster.Data, "cluster", "postgres"));
        string place = database.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? database.FullName;
        Assert.True(Directory.Exists(Path.Combine(place, "base")));
        await cluster.RunAsync("down");
        Assert.True(Directory.Exists(Path.Combine(place, "base")));
        await cluster.RunAsync("down", "--wipe");
        Assert.False(Directory.Exists(place));
    }

    [HAProxyFact]
    public async Task A_cluster_serves_whatever_the_name_of_its_directory_and_wherever_it_is_called_from()
    {
        string odd = Directory.CreateDirectory(Path.Combine(_directory, "a b & c | d # e's \"f\" $g \\1", new string('l', 120))).FullName;
        await using var cluster = new LocalCluster(odd) { IsRelative = true };

        Assert.Contains("all ready", await cluster.RunAsync("up", "1", "2"), StringComparison.Ordinal);

        Assert.True(File.Exists(Path.Combine(cluster.Data, "dev-credentials.json")));
        Assert.All(await cluster.StatusAsync(), process => Assert.Equal(("running", true), StateOf(process)));
        foreach (string verb in (string[])["stop", "start"])
        {
            (int exitCode, _, string error) = await cluster.TryAsync(verb, "gateway-1");
            Assert.Equal((0, ""), (exitCode, error));
        }

        // What its supervisor starts again has the same directory.
        int crashed = (await cluster.PidAsync("gateway-2"))!.Value;
        Process.GetProcessById(crashed).Kill();
        await cluster.OtherPidAsync("gateway-2", crashed);
    }

    [HAProxyFact]
    public async Task A_start_that_fails_leaves_nothing_that_runs()
    {
        // A program that ends at once.
        await using var cluster = new LocalCluster(_directory) { Settings = [("COMMANDBROKER_SILO_DLL", Repository.CliDll), ("COMMANDBROKER_START_SECONDS", "3")] };

        (int exitCode, _, string error) = await cluster.TryAsync("up", "1", "1");

        Assert.Equal(1, exitCode);
        Assert.Contains("is not ready after 3 s (COMMANDBROKER_START_SECONDS)", error, StringComparison.Ordinal);
        Assert.Empty(await cluster.StatusAsync());
        Assert.DoesNotContain(
            Directory.EnumerateDirectories("/proc").Where(process => int.TryParse(Path.GetFileName(process), out _)),
            process => RunsIn(process, _directory));
    }

    private static (string? State, bool IsReady) StateOf(JsonElement process) => (process.GetProperty("state").GetString(), process.GetProperty("ready").GetBoolean());

    private static bool RunsIn(string process, string directory)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline")).Contains(directory, StringComparison.Ordinal)
                || new DirectoryInfo(Path.Combine(process, "cwd")).LinkTarget?.StartsWith(directory, StringComparison.Ordinal) is true;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    [HAProxyFact]
    public async Task A_name_that_is_not_there_is_said()
    {
        (int exitCode, _, string error) = await _cluster.TryAsync("stop", "silo-9");

        Assert.Equal(1, exitCode);
        Assert.Contains("there is no silo-9", error, StringComparison.Ordinal);
    }

    [HAProxyFact]
    public async Task A_port_that_is_taken_is_said_before_anything_starts()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        int port = ((IPEndPoint)other.LocalEndpoint).Port;
        await using var cluster = new LocalCluster(_directory) { Port = port };

        (int exitCode, _, string error) = await cluster.TryAsync("up", "1", "1");

        Assert.Equal(1, exitCode);
        Assert.Contains($"port {port} is taken", error, StringComparison.Ordinal);
        Assert.Contains("COMMANDBROKER_PORT", error, StringComparison.Ordinal);
        Assert.Empty(await cluster.StatusAsync());
    }

    // As an SDK: by what the file says alone.
    private static async Task<HttpStatusCode> PollSignedAsync(string file)
    {
        JsonElement credentials = JsonDocument.Parse(await File.ReadAllTextAsync(file)).RootElement;
        string Member(string name) => credentials.GetProperty(name).GetString()!;
        using var http = new HttpClient(new BrokerAuthenticationHandler(new AccessKeyCredential(Member("access_key"), Member("secret_key"))));
        using HttpResponseMessage answer = await http.GetAsync(Member("endpoint") + "/v3/sources/sdk-1/command");
        return answer.StatusCode;
    }

    private static bool Runs(JsonElement process) => process.GetProperty("pid").ValueKind == JsonValueKind.Number;

    // Transient refusals, as just after a kill, are repeated as a person would.
    private async Task<FinishedProcess> DoneAsync(params string[] args)
    {
        FinishedProcess run = await CliProcess.RunAsync(_directory, args);
        for (int attempt = 1; run.ExitCode == 3 && attempt < 10; attempt++)
        {
            run = await CliProcess.RunAsync(_directory, args);
        }

        Assert.True(run.ExitCode == 0, run.Error);
        return run;
    }
}
