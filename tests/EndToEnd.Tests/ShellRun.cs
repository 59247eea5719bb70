using System.Diagnostics;

namespace CommandBroker.EndToEnd.Tests;

/// <summary>Scripts that bash runs.</summary>
internal static class ShellRun
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
    public static Task<FinishedProcess> RunAsync(string directory, string script) =>
        FinishedProcess.RunAsync(Start(directory, "set -euo pipefail\n" + script), Deadline);

    private static bool IsOfABroker(string name) =>
        name.StartsWith("COMMANDBROKER_", StringComparison.Ordinal)
        || name.StartsWith("ASPNETCORE_", StringComparison.Ordinal)
        || name is "DOTNET_ENVIRONMENT" or "DOTNET_URLS" or "URLS";
}
