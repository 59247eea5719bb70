using System.Text.RegularExpressions;
using CommandBroker.Gateway;
using CommandBroker.Gateway.ExternalIam;
using CommandBroker.Gateway.Identity;
using CommandBroker.Grains;
using CommandBroker.Silo;
using CommandBroker.Silo.Clustering;
using CommandBroker.Storage;
using Xunit;

namespace CommandBroker.Docs.Tests;

/// <summary>
/// Holds <c>docs/configuration.md</c> against the options classes. After a change of theirs run the tests once with
/// <c>COMMANDBROKER_WRITE_DOCS=1</c>, and read what it wrote.
/// </summary>
public sealed partial class ConfigurationDocumentTests
{
    private static readonly (Type Options, string Section)[] Sections =
    [
        (typeof(QueueOptions), QueueOptions.Section),
        (typeof(SourceOptions), SourceOptions.Section),
        (typeof(IdentityOptions), IdentityOptions.Section),
        (typeof(StorageOptions), StorageOptions.SectionName),
        (typeof(GatewayOptions), GatewayOptions.Section),
        (typeof(AdmissionOptions), AdmissionOptions.Section),
        (typeof(ExternalIamOptions), ExternalIamOptions.Section),
        (typeof(KeystoneOptions), KeystoneOptions.Section),
        (typeof(OidcOptions), OidcOptions.Section),
        (typeof(SiloOptions), SiloOptions.Section),
        (typeof(ClusteringOptions), ClusteringOptions.Section),
        (typeof(CredentialOptions), CredentialOptions.Section),
    ];

    private static readonly string DocumentPath = Path.Combine(Root(), "docs", "configuration.md");

    [Fact]
    public void Every_setting_is_documented_with_its_default_and_its_range()
    {
        string expected = Document();
        if (Environment.GetEnvironmentVariable("COMMANDBROKER_WRITE_DOCS") == "1")
        {
            File.WriteAllText(DocumentPath, expected);
        }

        Assert.Equal(expected, File.ReadAllText(DocumentPath));
    }

    [Fact]
    public void Every_options_class_of_the_server_is_documented()
    {
        IEnumerable<Type> all = Sections.Select(section => section.Options.Assembly).Distinct()
            .SelectMany(assembly => assembly.GetExportedTypes())
            .Where(type => type.Name.EndsWith("Options", StringComparison.Ordinal));

        Assert.Equal(Sections.Select(section => section.Options).OrderBy(type => type.Name), all.OrderBy(type => type.Name));
    }

    [Fact]
    public void Every_setting_that_a_file_names_is_one()
    {
        ILookup<string, string> known = Sections.SelectMany(section => section.Options.GetProperties(), (section, setting) => (section.Section, setting.Name))
            .Concat(Sections.Select(section => section.Section.Split(':')).Where(parts => parts.Length == 2).Select(parts => (Section: parts[0], Name: parts[1])))
            .ToLookup(setting => setting.Section, setting => setting.Name);
        string[] texts = [
            Path.Combine(Root(), "docker-compose.yml"),
            Path.Combine(Root(), "README.md"),
            .. Directory.GetFiles(Path.Combine(Root(), "docs"), "*.md", SearchOption.AllDirectories),
            .. Directory.GetFiles(Path.Combine(Root(), "deploy"), "*", SearchOption.AllDirectories).Where(path => !path.Contains("/deploy/secrets/", StringComparison.Ordinal))];
        (string Path, string Section, string Name)[] named = [.. texts.SelectMany(path => SettingName().Matches(File.ReadAllText(path)),
            (path, match) => (path, match.Groups[1].Value, match.Groups[2].Value))];

        Assert.All(named.Where(setting => known.Contains(setting.Section)), setting => Assert.Contains(setting.Name, known[setting.Section]));
        Assert.Contains(named, setting => setting is { Section: "Silo", Name: "DrainDelay" });
    }

    // Silo__Address in the environment, Silo:Address in words.
    [GeneratedRegex("\\b([A-Z][a-z]+)(?:__|:)([A-Z][A-Za-z]+)\\b")]
    private static partial Regex SettingName();

    private static string Document() => $"""
        # Every setting

        A setting is given by an environment variable (`Queue__VisibilityTimeout=00:10:00`), a command-line argument
        (`--Queue:VisibilityTimeout=00:10:00`), `appsettings.json`, or a file whose name is the setting's, as secrets are handed out, in `/run/secrets`
        (`/run/secrets/Storage__ConnectionString`; `COMMANDBROKER_SECRETS` names another directory); an argument counts before a file, a file before a variable.
        In these, a duration is written `hours:minutes:seconds` or
        `days.hours:minutes:seconds`; the tables write 5m for 00:05:00. All are read once, at the start; a value outside its range, or a name below that no
        setting has, stops the start and says what is allowed. A source server may override the first three of `Queue` for itself (`cbroker settings`).

        The address is `ASPNETCORE_URLS` (default `http://127.0.0.1:8080`), the environment `ASPNETCORE_ENVIRONMENT` (`Development` under
        `dotnet run`, otherwise `Production`), the log `Logging:LogLevel:…`. `Microsoft`, `Orleans`, `System` and `Polly` log from `Warning` on,
        `Microsoft.AspNetCore.Hosting.Diagnostics` not at all: while it may, each request gets an activity and a log scope, an eighth of an idle poll's cost.

        {string.Join('\n', Sections.Select(section => $"## {section.Section}\n\n{SettingsTable.Of(section.Options, section.Section)}"))}
        """;

    internal static string Root()
    {
        DirectoryInfo? directory = new(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory!.FullName, "CommandBroker.sln")))
        {
            directory = directory.Parent;
        }

        return directory.FullName;
    }
}
