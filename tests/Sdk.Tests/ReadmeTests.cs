using System.Text.RegularExpressions;
using CommandBroker.Contracts;
using Xunit;

namespace CommandBroker.Sdk.Tests;

/// <summary>The README's lines for Node.js do what they say, as they stand there.</summary>
public sealed partial class ReadmeTests(SdkBroker broker) : IClassFixture<SdkBroker>
{
    [NodeFact]
    public async Task The_lines_of_the_README_poll_a_broker()
    {
        string readme = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "README.md"));
        string lines = Assert.Single(JavaScript().Matches(readme)).Groups["lines"].Value;
        await broker.Sources.RegisterAsync(new RegisterCall { ServerId = "demo-1", Name = "demo", OsType = "LINUX" });
        await broker.Commands.EnqueueAsync("demo-1", new EnqueueCall { Name = "START", Param = """{"task_id":"t-1"}""" });

        string output = await Node.RunAsync(
            ["-e", lines.Replace("http://127.0.0.1:8080", broker.Address, StringComparison.Ordinal)],
            ("CLOUD_SDK_AK", broker.Credential("access_key")),
            ("CLOUD_SDK_SK", broker.Credential("secret_key")));

        Assert.Contains("command_name: 'START'", output, StringComparison.Ordinal);
        Assert.Contains("task_id: 't-1'", output, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"```js\n(?<lines>.*?)```", RegexOptions.Singleline)]
    private static partial Regex JavaScript();
}
