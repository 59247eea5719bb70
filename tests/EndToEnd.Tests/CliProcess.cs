using System.Diagnostics;

namespace CommandBroker.EndToEnd.Tests;

/// <summary>Runs <c>cbroker</c> as a process of its own.</summary>
internal static class CliProcess
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    /// <param name="directory">Where it runs: it finds a local broker by the files there.</param>
    /// <param name="args">The command line.</param>
    public static Task<FinishedProcess> RunAsync(string directory, params string[] args) => RunAsync(directory, [], args);

    /// <param name="directory">See above; a login is kept below it.</param>
    /// <param name="environment">What the process knows of brokers beside the files.</param>
    /// <param name="args">The command line.</param>
    public static Task<FinishedProcess> RunAsync(string directory, (string Name, string Value)[] environment, string[] args) =>
        FinishedProcess.RunAsync(Of(directory, environment, args), Deadline);

    /// <summary>Starts it with a standard input that has no end yet.</summary>
    /// <param name="directory">See above.</param>
    /// <param name="args">The command line.</param>
    public static Process Start(string directory, params string[] args)
    {
        ProcessStartInfo start = Of(directory, [], args);
        (start.RedirectStandardInput, start.RedirectStandardOutput, start.RedirectStandardError) = (true, true, true);
        return Process.Start(start)!;
    }

    private static ProcessStartInfo Of(string directory, (string Name, string Value)[] environment, string[] args)
    {
        var start = new ProcessStartInfo("dotnet", [Repository.CliDll, .. args]) { WorkingDirectory = directory };
        foreach (string name in start.Environment.Keys.Where(name => name.StartsWith("COMMANDBROKER_", StringComparison.Ordinal)).ToArray())
        {
            start.Environment.Remove(name);
        }

        start.Environment["XDG_CONFIG_HOME"] = Path.Combine(directory, "config");
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        return start;
    }
}
