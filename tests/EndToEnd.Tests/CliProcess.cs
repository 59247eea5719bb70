using System.Diagnostics;

namespace CommandBroker.EndToEnd.Tests;

/// <summary>One run of <c>cbroker</c> as a process of its own, with what it wrote.</summary>
internal sealed record CliProcess(int ExitCode, string Out, string Error)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    /// <param name="directory">Where it runs: it finds a local broker by the files there.</param>
    /// <param name="args">The command line.</param>
    public static Task<CliProcess> RunAsync(string directory, params string[] args) => RunAsync(directory, [], args);

    /// <param name="directory">See above; a login is kept below it.</param>
    /// <param name="environment">What the process knows of brokers beside the files.</param>
    /// <param name="args">The command line.</param>
    public static async Task<CliProcess> RunAsync(string directory, (string Name, string Value)[] environment, string[] args)
    {
        var start = new ProcessStartInfo("dotnet", [Repository.CliDll, .. args])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = directory,
        };
        foreach (string name in start.Environment.Keys.Where(name => name.StartsWith("COMMANDBROKER_", StringComparison.Ordinal)).ToArray())
        {
            start.Environment.Remove(name);
        }

        start.Environment["XDG_CONFIG_HOME"] = Path.Combine(directory, "config");
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        using Process process = Process.Start(start)!;
        using var deadline = new CancellationTokenSource(Deadline);
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(deadline.Token);
            Task<string> error = process.StandardError.ReadToEndAsync(deadline.Token);
            await process.WaitForExitAsync(deadline.Token);
            return new CliProcess(process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }
    }
}
