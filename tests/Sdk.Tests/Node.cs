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
        var start = new ProcessStartInfo("node", arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Directory };
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
            Xunit.Assert.True(process.ExitCode == 0, await error);
            return await output;
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }
    }

    private static bool IsOnPath(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Any(directory => File.Exists(Path.Combine(directory, program)) || File.Exists(Path.Combine(directory, program + ".exe")));
}
