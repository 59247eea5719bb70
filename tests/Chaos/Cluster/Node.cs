using System.Diagnostics;
using System.Net;

namespace CommandBroker.Chaos.Cluster;

/// <summary>One process of the cluster, with a supervisor that starts it again when it ends by itself.</summary>
internal sealed class Node(string name, string address, string[] command, IReadOnlyDictionary<string, string> environment, string log) : IDisposable
{
    private const int KilledExitCode = 128 + 9;
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan RestartPause = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(2) };
    private Process? _process;
    private bool _wanted;

    /// <summary>Its name.</summary>
    public string Name => name;

    /// <summary>Its address.</summary>
    public string Address => address;

    /// <summary>The process.</summary>
    public int Pid => _process?.Id ?? 0;

    /// <summary>Whether it runs.</summary>
    public bool IsRunning => _process is { HasExited: false };

    /// <summary>How often it ended by itself and was started again.</summary>
    public int SelfEndCount { get; private set; }

    /// <summary>Starts it and does not wait; nothing happens when it runs.</summary>
    public void Start()
    {
        lock (_gate)
        {
            _wanted = true;
            if (!IsRunning)
            {
                Launch();
            }
        }
    }

    /// <summary>Kills it with SIGKILL, and leaves it dead.</summary>
    /// <returns>Whether the kill hit a living process and ended it.</returns>
    public async Task<bool> KillAsync()
    {
        Process? hit = Unwant();
        if (hit is null)
        {
            return false;
        }

        hit.Kill();
        await hit.WaitForExitAsync();
        return hit.ExitCode == KilledExitCode;
    }

    /// <summary>Stops it with a signal, and leaves it stopped.</summary>
    /// <returns>Its exit code; null when it did not run.</returns>
    /// <exception cref="TimeoutException">It did not end in time.</exception>
    public async Task<int?> StopAsync(string signal = "TERM")
    {
        Process? hit = Unwant();
        if (hit is null)
        {
            return null;
        }

        await Shell.SignalAsync(signal, hit.Id);
        await hit.WaitForExitAsync().WaitAsync(StopTimeout);
        return hit.ExitCode;
    }

    /// <summary>Whether it says that it is ready.</summary>
    public async Task<bool> IsReadyAsync() => (await AskAsync())?.StatusCode == HttpStatusCode.OK;

    /// <summary>Its clock, by the header Date; null when it does not answer.</summary>
    public async Task<DateTimeOffset?> ClockAsync() => (await AskAsync())?.Headers.Date;

    /// <inheritdoc/>
    public void Dispose()
    {
        Unwant()?.Kill();
        _http.Dispose();
    }

    private async Task<HttpResponseMessage?> AskAsync()
    {
        try
        {
            using HttpResponseMessage answer = await _http.GetAsync(new Uri($"http://{address}:{BrokerCluster.HttpPort}/readyz"));
            return answer;
        }
        catch (Exception fault) when (fault is HttpRequestException or TaskCanceledException)
        {
            return null;
        }
    }

    private Process? Unwant()
    {
        lock (_gate)
        {
            _wanted = false;
            return IsRunning ? _process : null;
        }
    }

    private void Launch()
    {
        // The shell only opens the log, and becomes the program.
        var start = new ProcessStartInfo("sh") { WorkingDirectory = "/" };
        Array.ForEach(["-c", "log=$1; shift; exec \"$@\" >>\"$log\" 2>&1 </dev/null", "sh", log, .. command], start.ArgumentList.Add);
        foreach ((string key, string value) in environment)
        {
            start.Environment[key] = value;
        }

        var process = new Process { StartInfo = start, EnableRaisingEvents = true };
        process.Exited += (_, _) => _ = ComeBackAsync(process);
        process.Start();
        _process = process;
    }

    private async Task ComeBackAsync(Process ended)
    {
        await Task.Delay(RestartPause);
        lock (_gate)
        {
            if (_wanted && ReferenceEquals(ended, _process))
            {
                SelfEndCount++;
                Launch();
            }
        }
    }
}
