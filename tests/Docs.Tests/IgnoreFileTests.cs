using System.Diagnostics;
using System.Text.RegularExpressions;
using Xunit;

namespace CommandBroker.Docs.Tests;

/// <summary>What the documents make in a checkout is found neither by <c>git add -A</c> nor by a build of the image.</summary>
public sealed partial class IgnoreFileTests : IDisposable
{
    private static readonly string[] Made =
    [
        "master.key", "admin.password", "secrets/master.key", "secrets/admin.password", "secrets/Storage__ConnectionString", "secrets/https/balancer/tls.key",
        "secrets/https/ca.crt", "certificates/silo/tls.key", "deploy/secrets/Credentials__OperatorToken", "deploy/secrets/https/ca.key",
        "data/dev-credentials.json", "data/master.key", "data/broker.db",
    ];

    private readonly string _directory = Directory.CreateTempSubdirectory("commandbroker-ignore-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Git_adds_no_secret()
    {
        File.Copy(Path.Combine(ConfigurationDocumentTests.Root(), ".gitignore"), Path.Combine(_directory, ".gitignore"));
        Git("init", "-q");

        string[] all = [.. Made, .. SecretFiles()];
        string[] ignored = Git(["check-ignore", "--no-index", .. all]).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(all.Order(StringComparer.Ordinal), ignored.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_build_of_the_image_is_sent_no_secret()
    {
        Regex[] patterns = [.. File.ReadLines(Path.Combine(ConfigurationDocumentTests.Root(), ".dockerignore"))
            .Where(line => line.Length > 0 && line[0] != '#')
            .Select(Pattern)];

        Assert.All(Made.Concat(SecretFiles()), path => Assert.True(Array.Exists(patterns, pattern => pattern.IsMatch(path)), path));
    }

    // The files of keys that the documents and the manual tell people to make.
    private static IEnumerable<string> SecretFiles()
    {
        string root = ConfigurationDocumentTests.Root();
        IEnumerable<string> texts = [
            Path.Combine(root, "README.md"),
            .. Directory.EnumerateFiles(Path.Combine(root, "docs"), "*.md", SearchOption.AllDirectories),
            .. Directory.EnumerateFiles(Path.Combine(root, "cli"), "*Verb*.cs", SearchOption.AllDirectories),
        ];
        string[] found = [.. texts.SelectMany(path => SecretFile().Matches(File.ReadAllText(path)).Select(match => match.Groups[1].Value)).Distinct()];
        Assert.NotEmpty(found);
        return found;
    }

    // Docker's patterns: from the root, and of all below what they name.
    private static Regex Pattern(string line) =>
        new($"^{Regex.Escape(line).Replace(@"\*\*/", "(.*/)?", StringComparison.Ordinal).Replace(@"\*", "[^/]*", StringComparison.Ordinal)}(/.*)?$");

    private string Git(params string[] arguments)
    {
        using Process git = Process.Start(new ProcessStartInfo("git", arguments) { WorkingDirectory = _directory, RedirectStandardOutput = true })!;
        string output = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        return output;
    }

    [GeneratedRegex(@"--secret-file ([a-z0-9.-]+\.[a-z]+)")]
    private static partial Regex SecretFile();
}
