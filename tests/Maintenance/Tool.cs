using System.Diagnostics;
using CommandBroker.Traffic;

namespace CommandBroker.Maintenance;

/// <summary>Runs other programs.</summary>
internal static class Tool
{
    /// <summary>Runs a program to its end.</summary>
    /// <exception cref="InvalidOperationException">It did not end with 0.</exception>
    public static async Task<string> RunAsync(IReadOnlyDictionary<string, string> environment, string program, params string[] args)
    {
        FinishedProcess run = await TryAsync(environment, program, args);
        return run.ExitCode == 0
            ? run.Out
            : throw new InvalidOperationException($"{program} {string.Join(' ', args)} ended with {run.ExitCode}: {run.Error}{run.Out}");
    }

    /// <summary>Runs a program to its end, whatever that is.</summary>
    public static Task<FinishedProcess> TryAsync(IReadOnlyDictionary<string, string> environment, string program, params string[] args)
    {
        var start = new ProcessStartInfo(program, args);
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        return FinishedProcess.RunAsync(start, Timeout.InfiniteTimeSpan);
    }
}
