using System.Diagnostics;

namespace CommandBroker.EndToEnd.Tests;

/// <summary>One script that bash ran to its end, with what it wrote.</summary>
internal sealed record ShellRun(int ExitCode, string Out, string Error)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(120);

    /// <summary>A shell that knows nothing of a broker but what the script says.</summary>
    public static ProcessStartInfo Start(string directory, string script)
    {
        var start = new ProcessStartInfo("bash", ["-c", script])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = directory,
        };
        foreach (string name in start.Environment.Keys.Where(IsOfABroker).ToArray())
        {
            start.Environment.Remove(name);
        }

        // Where a login of whoever runs the tests is not found.
        start.Environment["XDG_CONFIG_HOME"] = Path.Combine(directory, "config");
        return start;
    }

    /// <summary>Runs a script; the first command that fails ends it.</summary>
    public static async Task<ShellRun> RunAsync(string directory, string script)
    {
        using Process process = Process.Start(Start(directory, "set -euo pipefail\n" + script))!;
        using var deadline = new CancellationTokenSource(Deadline);
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(deadline.Token);
            Task<string> error = process.StandardError.ReadToEndAsync(deadline.Token);
            await process.WaitForExitAsync(deadline.Token);
            return new ShellRun(process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    private static bool IsOfABroker(string name) =>
        name.StartsWith("COMMANDBROKER_", StringComparison.Ordinal)
        || name.StartsWith("ASPNETCORE_", StringComparison.Ordinal)
        || name is "DOTNET_ENVIRONMENT" or "DOTNET_URLS" or "URLS";
}
