using System.Text.RegularExpressions;
using Xunit;

namespace CommandBroker.Docs.Tests;

/// <summary>An operator looks for an event of the log by the number and the name that a document gives it.</summary>
public sealed partial class EventDocumentTests
{
    [Fact]
    public void Every_event_that_a_document_names_is_logged_under_that_number()
    {
        string root = ConfigurationDocumentTests.Root();
        HashSet<string> logged = [.. Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
            .SelectMany(path => File.ReadAllText(path).Split("[LoggerMessage(").Skip(1))
            .Select(text => Logged().Match(text))
            .Where(match => match.Success)
            .Select(match => $"{match.Groups[1].Value} {match.Groups[2].Value}")];
        string[] named = [.. Directory.EnumerateFiles(Path.Combine(root, "docs"), "*.md", SearchOption.AllDirectories)
            .SelectMany(path => Named().Matches(File.ReadAllText(path)))
            .Select(match => $"{match.Groups[1].Value} {match.Groups[2].Value}")];

        Assert.NotEmpty(named);
        Assert.All(named, one => Assert.Contains(one, logged));
    }

    // The number stands first; the name before the attribute's end.
    [GeneratedRegex(@"^\s*(\d+).*?EventName = ""(\w+)""", RegexOptions.Singleline)]
    private static partial Regex Logged();

    [GeneratedRegex(@"^\| (\d{4}) \| `(\w+)` \|", RegexOptions.Multiline)]
    private static partial Regex Named();
}
