using System.Diagnostics;
using System.Text.RegularExpressions;
using CommandBroker.Contracts;
using Xunit;

namespace CommandBroker.Sdk.Tests;

/// <summary>The lines of <c>docs/sdks.md</c> for Node.js work as they stand there, with the environment that the command prints alone.</summary>
public sealed partial class SdkDocumentTests(SdkBroker broker) : IClassFixture<SdkBroker>
{
    [NodeFact]
    public async Task The_environment_that_sdk_config_prints_is_all_that_the_documents_lines_need()
    {
        string document = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "sdks.md"));
        string lines = Assert.Single(JavaScript().Matches(document)).Groups["lines"].Value;
        await broker.Sources.RegisterAsync(new RegisterCall { ServerId = "demo-1", Name = "demo", OsType = "LINUX" });
        await broker.Commands.EnqueueAsync("demo-1", new EnqueueCall { Name = "START", Param = """{"task_id":"t-1"}""" });
        FinishedProcess config = await CliProcess.RunAsync(broker.WorkDirectory, "sdk-config", "--language", "node");
        Assert.True(config.ExitCode == 0, config.Error);
        Assert.DoesNotContain(broker.Credential("secret_key"), config.Out, StringComparison.Ordinal);

        var start = new ProcessStartInfo("sh", ["-euc", $"{config.Out}\nexec node -e \"$1\"", "sh", lines]) { WorkingDirectory = Node.Directory };
        string path = start.Environment["PATH"]!;
        start.Environment.Clear();
        start.Environment["PATH"] = path;
        FinishedProcess run = await FinishedProcess.RunAsync(start, TimeSpan.FromSeconds(60));

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Contains("command_name: 'START'", run.Out, StringComparison.Ordinal);
        Assert.Contains("task_id: 't-1'", run.Out, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"```js\n(?<lines>.*?)```", RegexOptions.Singleline)]
    private static partial Regex JavaScript();
}
