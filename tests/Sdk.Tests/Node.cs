using System.Diagnostics;

namespace CommandBroker.Sdk.Tests;

/// <summary>Node.js with the vendor's SDK, as installed by <c>npm ci</c> in this directory.</summary>
internal static class Node
{
    public const string Missing = "Node.js is missing, or the SDK is not installed: 'npm ci' in tests/Sdk.Tests does it.";

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    public static string Directory { get; } = Path.Combine(Repository.Root, "tests", "Sdk.Tests");

    public static bool IsReady { get; } = IsOnPath("node")
        && System.IO.Directory.Exists(Path.Combine(Directory, "node_modules", "@huaweicloud", "huaweicloud-sdk-iam"));

    /// <summary>Runs it and returns what it wrote, its own log included.</summary>
    public static async Task<string> RunAsync(string[] arguments, params (string Name, string Value)[] environment)
    {
        Xunit.Assert.True(IsReady, Missing);
        var start = new ProcessStartInfo("node", arguments) { WorkingDirectory = Directory };
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        FinishedProcess run = await FinishedProcess.RunAsync(start, Deadline);
        Xunit.Assert.True(run.ExitCode == 0, run.Error);
        return run.Out;
    }

    private static bool IsOnPath(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Any(directory => File.Exists(Path.Combine(directory, program)) || File.Exists(Path.Combine(directory, program + ".exe")));
}
