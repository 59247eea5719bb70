using System.Diagnostics;
using CommandBroker.Traffic;

namespace CommandBroker.Chaos.Cluster;

/// <summary>Runs small programs of the system.</summary>
internal static class Shell
{
    /// <summary>Runs a program to its end.</summary>
    /// <returns>What it wrote to stdout.</returns>
    /// <exception cref="InvalidOperationException">It ended with another code than 0; the message has what it wrote to stderr.</exception>
    public static async Task<string> RunAsync(params string[] command)
    {
        FinishedProcess run = await TryAsync(command);
        return run.ExitCode == 0
            ? run.Out
            : throw new InvalidOperationException($"{string.Join(' ', command)} ended with {run.ExitCode}: {run.Error.Trim()} {run.Out.Trim()}");
    }

    /// <summary>Runs a program to its end, whatever its code.</summary>
    public static Task<FinishedProcess> TryAsync(params string[] command) =>
        FinishedProcess.RunAsync(new ProcessStartInfo(command[0], command[1..]) { WorkingDirectory = "/" }, Timeout.InfiniteTimeSpan);

    /// <summary>Sends a signal to a process.</summary>
    /// <param name="signal">Its name without SIG.</param>
    /// <param name="pids">The processes; those that are gone are passed over.</param>
    public static async Task SignalAsync(string signal, params IEnumerable<int> pids) => await TryAsync(["kill", $"-{signal}", .. pids.Select(pid => $"{pid}")]);

    /// <summary>The state letter of a process: R, S, D, T, Z; null when it is gone.</summary>
    public static char? StateOf(int pid)
    {
        try
        {
            // The name stands in brackets and may hold anything.
            string stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat[stat.LastIndexOf(')') + 2];
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>A process and those it started.</summary>
    public static IReadOnlyList<int> FamilyOf(int pid)
    {
        try
        {
            string children = File.ReadAllText($"/proc/{pid}/task/{pid}/children");
            return [pid, .. children.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse).SelectMany(FamilyOf)];
        }
        catch (IOException)
        {
            return [];
        }
    }
}
