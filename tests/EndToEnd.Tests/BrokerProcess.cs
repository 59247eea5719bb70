using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace CommandBroker.EndToEnd.Tests;

/// <summary>A real broker process on a free port with a data directory of its own.</summary>
internal sealed class BrokerProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(60);

    private readonly Dictionary<string, string> _environment;
    private readonly StringBuilder _output = new();
    private Process? _process;

    public BrokerProcess(string dataDirectory, params (string Name, string Value)[] environment)
    {
        DataDirectory = dataDirectory;
        Address = $"http://127.0.0.1:{FreePort.Next()}";
        _environment = environment.ToDictionary(pair => pair.Name, pair => pair.Value);
    }

    public string DataDirectory { get; }

    public string Address { get; }

    /// <summary>A shell text that starts the broker in the directory above its data, and has to find the rest by itself; null starts the built program.</summary>
    public string? Script { get; init; }

    public int Id => _process!.Id;

    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    public string CredentialsPath => Path.Combine(DataDirectory, "dev-credentials.json");

    public string Token => Credential("token");

    public string AgentToken => Credential("agent_token");

    private bool IsProduction => _environment.GetValueOrDefault("ASPNETCORE_ENVIRONMENT") == "Production";

    public void Launch()
    {
        ProcessStartInfo start = ShellRun.Start(Path.GetDirectoryName(DataDirectory)!, Script ?? $"exec dotnet '{Repository.SiloDll}'");
        start.Environment["ASPNETCORE_URLS"] = Address;
        if (Script is null)
        {
            start.Environment["ASPNETCORE_ENVIRONMENT"] = "Development";
            start.Environment["Storage__DataDirectory"] = DataDirectory;
        }

        foreach ((string name, string value) in _environment)
        {
            start.Environment[name] = value;
        }

        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public Task<BrokerProcess> StartAsync()
    {
        Launch();
        return WaitUntilReadyAsync();
    }

    /// <summary>What <c>/readyz</c> says is missing, once it says anything.</summary>
    public async Task<string> MissingAsync(Func<string, bool>? isAwaited = null)
    {
        using HttpClient http = Client();
        using var deadline = new CancellationTokenSource(StartDeadline);
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (await poll.WaitForNextTickAsync(deadline.Token))
        {
            try
            {
                string said = await (await http.GetAsync("/readyz", deadline.Token)).Content.ReadAsStringAsync(deadline.Token);
                if (isAwaited?.Invoke(said) ?? true)
                {
                    return said;
                }
            }
            catch (HttpRequestException) when (!_process!.HasExited)
            {
                // Not listening yet.
            }
        }

        return "";
    }

    public async Task<BrokerProcess> WaitUntilReadyAsync()
    {
        using var http = new HttpClient { BaseAddress = new Uri(Address) };
        using var deadline = new CancellationTokenSource(StartDeadline);
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (true)
        {
            try
            {
                if ((await http.GetAsync("/readyz", deadline.Token)).StatusCode == HttpStatusCode.OK && (IsProduction || _environment.ContainsKey("Silo__Role") || File.Exists(CredentialsPath)))
                {
                    return this;
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet, or no more.
            }

            if (_process!.HasExited)
            {
                throw new InvalidOperationException($"The broker ended with {_process.ExitCode} before it was ready:\n{Output}");
            }

            await poll.WaitForNextTickAsync(deadline.Token);
        }
    }

    /// <summary>Waits until the broker has written a text.</summary>
    public async Task WaitForOutputAsync(string text)
    {
        using var deadline = new CancellationTokenSource(StartDeadline);
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!Output.Contains(text, StringComparison.Ordinal))
        {
            await poll.WaitForNextTickAsync(deadline.Token);
        }
    }

    public HttpClient Client(string? token = null)
    {
        var http = new HttpClient { BaseAddress = new Uri(Address) };
        if (token is not null)
        {
            http.DefaultRequestHeaders.Add("X-Auth-Token", token);
        }

        return http;
    }

    public Task<int> TerminateAsync() => SignalAsync("-TERM");

    public Task<int> KillAsync() => SignalAsync("-KILL");

    public async Task<int> WaitForExitAsync()
    {
        using var deadline = new CancellationTokenSource(StartDeadline);
        await _process!.WaitForExitAsync(deadline.Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            await TerminateAsync();
        }

        _process?.Dispose();
    }

    private async Task<int> SignalAsync(string signal)
    {
        using (Process kill = Process.Start("kill", [signal, $"{_process!.Id}"]))
        {
            await kill.WaitForExitAsync();
        }

        return await WaitForExitAsync();
    }

    /// <summary>A member of the development credentials.</summary>
    public string Credential(string name)
    {
        using JsonDocument file = JsonDocument.Parse(File.ReadAllText(CredentialsPath));
        return file.RootElement.GetProperty(name).GetString()!;
    }

    private void Keep(string? line)
    {
        lock (_output)
        {
            _output.AppendLine(line);
        }
    }
}
