using System.Diagnostics;
using System.Net;
using System.Text.Json;
using CommandBroker.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;

namespace CommandBroker.EndToEnd.Tests;

/// <summary>A cluster as <c>deploy/local/cluster.sh</c> starts it, with a directory of its own.</summary>
internal sealed class LocalCluster(string directory) : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(5);
    private static readonly string Script = Path.Combine(Repository.Root, "deploy", "local", "cluster.sh");

    /// <summary>The collection of its tests: two scripts that start in the same moment could both find a port free.</summary>
    public const string OneAtATime = "cluster.sh";

    /// <summary>A new directory for a cluster: PostgreSQL runs as an ordinary user and must be able to enter. On Windows there is no shell script to run one.</summary>
    public static string NewDirectory()
    {
        string made = Directory.CreateTempSubdirectory("commandbroker-cluster-").FullName;
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(made, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
                | UnixFileMode.GroupExecute | UnixFileMode.GroupRead | UnixFileMode.OtherExecute | UnixFileMode.OtherRead);
        }

        return made;
    }

    /// <summary>Where its state and its credentials are; <c>cbroker</c> finds it from above.</summary>
    public string Data => Path.Combine(directory, "data");

    /// <summary>Where its balancer is to listen: not at the script's usual port, which may be somebody's broker's.</summary>
    public int Port { get; init; } = FreePort.Next();

    /// <summary>What its silos and gateways are told beside the script's own settings.</summary>
    public (string Name, string Value)[] Settings { get; init; } = [];

    /// <summary>Whether the script is called in its own directory, and is told of its data and its program by relative paths.</summary>
    public bool IsRelative { get; init; }

    public async Task<string> RunAsync(params string[] args)
    {
        FinishedProcess run = await TryAsync(args);
        return run.ExitCode == 0 ? run.Out : throw new InvalidOperationException($"cluster.sh {string.Join(' ', args)}: {run.Error}");
    }

    public Task<FinishedProcess> TryAsync(params string[] args)
    {
        string from = IsRelative ? Path.GetDirectoryName(Script)! : Environment.CurrentDirectory;
        string Named(string path) => IsRelative ? Path.GetRelativePath(from, path) : path;
        var start = new ProcessStartInfo("bash", [Named(Script), .. args]) { WorkingDirectory = from };
        start.Environment["COMMANDBROKER_DATA"] = Named(Data);
        start.Environment["COMMANDBROKER_SILO_DLL"] = Named(Repository.SiloDll);
        start.Environment["COMMANDBROKER_PORT"] = $"{Port}";
        foreach ((string name, string value) in Settings)
        {
            start.Environment[name] = value;
        }

        return FinishedProcess.RunAsync(start, Deadline);
    }

    public async Task<JsonElement[]> StatusAsync() => [.. JsonDocument.Parse(await RunAsync("status", "--json")).RootElement.EnumerateArray()];

    /// <summary>Where its silos take grain clients, in the order of their names.</summary>
    public async Task<IPEndPoint[]> SilosAsync() =>
    [
        .. (await StatusAsync()).Where(process => process.GetProperty("role").GetString() == "silo")
            .Select(silo => new IPEndPoint(IPAddress.Loopback, silo.GetProperty("ports").GetProperty("gateway").GetInt32())),
    ];

    /// <summary>A management tool that sends all it asks to these silos.</summary>
    public static async Task<IHost> StartToolAsync(params IPEndPoint[] silos)
    {
        HostApplicationBuilder builder = Host.CreateApplicationBuilder();
        builder.Services.AddCommandBrokerClient(
            client => client.UseStaticClustering(silos)
                .Configure<ClusterOptions>(options => options.ServiceId = options.ClusterId = "commandbroker")
                .Configure<ClientMessagingOptions>(options => options.ResponseTimeout = TimeSpan.FromSeconds(5)),
            options => options.Principal = "tool");
        IHost tool = builder.Build();
        await tool.StartAsync();
        return tool;
    }

    public async Task<int?> PidAsync(string name)
    {
        JsonElement pid = (await StatusAsync()).Single(process => process.GetProperty("name").GetString() == name).GetProperty("pid");
        return pid.ValueKind == JsonValueKind.Null ? null : pid.GetInt32();
    }

    /// <summary>Waits until a process of that name runs that is not the one given.</summary>
    public async Task<int> OtherPidAsync(string name, int than)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (true)
        {
            if (await PidAsync(name) is int pid && pid != than)
            {
                return pid;
            }

            await poll.WaitForNextTickAsync(deadline.Token);
        }
    }

    public async ValueTask DisposeAsync() => await TryAsync("down", "--wipe");
}
