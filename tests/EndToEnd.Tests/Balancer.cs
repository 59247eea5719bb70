using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;

namespace CommandBroker.EndToEnd.Tests;

/// <summary>HAProxy with <c>deploy/haproxy.cfg</c>, whose gateways are put in as <c>deploy/local/cluster.sh</c> puts them in.</summary>
internal sealed class Balancer : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly Process _process;

    private readonly int _statusPort;
    private readonly int _healthPort;

    private Balancer(Process process, int port, int statusPort, int healthPort) =>
        (_process, Port, _statusPort, _healthPort) = (process, port, statusPort, healthPort);

    public int Port { get; }

    /// <summary>The lines of its access log.</summary>
    public ConcurrentQueue<string> Log { get; } = [];

    /// <summary>Starts it and waits until one of the gateways is ready by its own checks.</summary>
    public static Task<Balancer> StartAsync(string directory, params int[] gatewayPorts) => StartAsync(directory, [], gatewayPorts);

    /// <summary>The same with more in its environment.</summary>
    public static async Task<Balancer> StartAsync(string directory, (string Name, string Value)[] environment, params int[] gatewayPorts)
    {
        int port = FreePort.Next(), statusPort = FreePort.Next(), healthPort = FreePort.Next();
        string[] given = await File.ReadAllLinesAsync(Path.Combine(Repository.Root, "deploy", "haproxy.cfg"));
        string path = Path.Combine(directory, "haproxy.cfg");
        await File.WriteAllLinesAsync(path, [
            .. given.Where(line => !line.StartsWith("    server ", StringComparison.Ordinal) && !line.StartsWith("    parse-resolv-conf", StringComparison.Ordinal)),
            .. gatewayPorts.Select((gateway, index) => $"    server gateway-{index + 1} 127.0.0.1:{gateway}"),
            "listen status",
            $"    bind 127.0.0.1:{statusPort}",
            "    stats enable",
            "    stats uri /"]);
        var start = new ProcessStartInfo("haproxy", ["-db", "-f", path]) { RedirectStandardOutput = true };
        start.Environment["PATH"] += ":/usr/sbin:/usr/local/sbin";
        start.Environment["BALANCER_HEALTH_BIND"] = $"127.0.0.1:{healthPort}";
        start.Environment["BALANCER_BIND"] = $"127.0.0.1:{port}";
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        var balancer = new Balancer(Process.Start(start)!, port, statusPort, healthPort);
        balancer.Listen();
        await balancer.WaitAsync();
        return balancer;
    }

    /// <summary>Waits until so many of its gateways are up by its own checks.</summary>
    public async Task KnowsAsync(int gateways)
    {
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{_statusPort}") };
        using var deadline = new CancellationTokenSource(Deadline);
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (await CountReadyAsync(http, deadline.Token) < gateways)
        {
            await poll.WaitForNextTickAsync(deadline.Token);
        }
    }

    /// <summary>How many of its gateways are up by its own checks.</summary>
    public async Task<int> ReadyAsync()
    {
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{_statusPort}") };
        return await CountReadyAsync(http, CancellationToken.None);
    }

    // Also one of whose checks one has failed: it is in service.
    private static async Task<int> CountReadyAsync(HttpClient http, CancellationToken cancellation) => (await http.GetStringAsync("/;csv", cancellation)).Split('\n')
        .Count(line => line.StartsWith("gateways,gateway-", StringComparison.Ordinal) && line.Contains(",UP", StringComparison.Ordinal));

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    /// <summary>Waits for the line of its access log that holds a text.</summary>
    public async Task<string> LoggedAsync(string text)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (true)
        {
            if (Log.FirstOrDefault(line => line.Contains(text, StringComparison.Ordinal)) is { } found)
            {
                return found;
            }

            await poll.WaitForNextTickAsync(deadline.Token);
        }
    }

    private void Listen()
    {
        _process.OutputDataReceived += (_, line) => Log.Enqueue(line.Data ?? "");
        _process.BeginOutputReadLine();
    }

    private async Task WaitAsync()
    {
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{_healthPort}") };
        using var deadline = new CancellationTokenSource(Deadline);
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (await poll.WaitForNextTickAsync(deadline.Token))
        {
            try
            {
                if ((await http.GetAsync("/", deadline.Token)).StatusCode == HttpStatusCode.OK)
                {
                    return;
                }
            }
            catch (HttpRequestException) when (!_process.HasExited)
            {
                // Not listening yet.
            }
        }
    }
}
