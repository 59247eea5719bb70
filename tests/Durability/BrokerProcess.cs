using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using CommandBroker.Testing;
using CommandBroker.Traffic;

namespace CommandBroker.Durability;

/// <summary>The real broker as a process that can be killed and started again on the same port and data.</summary>
internal sealed class BrokerProcess(string name, string program, string directory, IReadOnlyDictionary<string, string> settings) : IDisposable
{
    private const int KilledExitCode = 128 + 9;
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(40);

    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(2) };
    private Process? _process;
    private int _starts;

    /// <summary>Its name in the history.</summary>
    public string Name => name;

    /// <summary>Where it is called.</summary>
    public BrokerEndpoint Endpoint { get; } = new(name, new Uri($"http://127.0.0.1:{FreePort.Next()}"));

    /// <summary>Starts it and does not wait.</summary>
    public void Start()
    {
        var start = new ProcessStartInfo("dotnet") { WorkingDirectory = directory, RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(program);
        start.Environment["ASPNETCORE_URLS"] = Endpoint.Address.ToString();
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Development";
        foreach ((string key, string value) in settings)
        {
            start.Environment[key] = value;
        }

        var log = TextWriter.Synchronized(new StreamWriter(Path.Combine(directory, $"{name}-{++_starts}.log")) { AutoFlush = true });
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => log.WriteLine(line.Data);
        _process.ErrorDataReceived += (_, line) => log.WriteLine(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Completes when it is ready for traffic.</summary>
    /// <exception cref="InvalidOperationException">It ended, or was not ready in time.</exception>
    public async Task WaitUntilReadyAsync()
    {
        long startedAt = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(startedAt) < StartTimeout)
        {
            if (_process!.HasExited)
            {
                throw new InvalidOperationException($"{name} ended with {_process.ExitCode} instead of starting; see {directory}/{name}-{_starts}.log.");
            }

            try
            {
                using HttpResponseMessage answer = await _http.GetAsync(new Uri(Endpoint.Address, "/readyz"));
                if (answer.StatusCode == HttpStatusCode.OK)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }
            catch (TaskCanceledException)
            {
                // Listening, and too busy starting to answer.
            }

            await Task.Delay(20);
        }

        throw new InvalidOperationException($"{name} was not ready within {StartTimeout}; see {directory}/{name}-{_starts}.log.");
    }

    /// <summary>Kills it with SIGKILL.</summary>
    /// <returns>Whether the kill hit a living process and ended it.</returns>
    public async Task<bool> KillAsync()
    {
        if (_process!.HasExited)
        {
            return false;
        }

        _process.Kill();
        await _process.WaitForExitAsync();
        return _process.ExitCode == KilledExitCode;
    }

    /// <summary>Stops it with SIGTERM.</summary>
    /// <returns>Its exit code.</returns>
    /// <exception cref="TimeoutException">It did not end in time.</exception>
    public async Task<int> StopAsync()
    {
        using Process signal = Process.Start("kill", ["-TERM", $"{_process!.Id}"]);
        await signal.WaitForExitAsync();
        await _process.WaitForExitAsync().WaitAsync(StopTimeout);
        return _process.ExitCode;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill();
        }

        _process?.Dispose();
        _http.Dispose();
    }
}
