using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Xunit;

namespace CommandBroker.Cli.Tests;

/// <summary>What <c>cbroker sdk-config</c> writes and prints.</summary>
public sealed class SdkConfigTests : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("cbroker-sdk-").FullName;
    private FakeBroker _broker = null!;

    private string Regions => Path.Combine(_directory, "regions.yaml");

    public async Task InitializeAsync() => _broker = await FakeBroker.StartAsync();

    public async Task DisposeAsync()
    {
        await _broker.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task The_regions_file_leads_every_region_the_project_and_the_samples_literal_to_the_broker()
    {
        CliRun run = await RunAsync();

        Assert.Equal((0, $"Written: {Regions}\n"), (run.ExitCode, run.Error));
        string[] lines = await File.ReadAllLinesAsync(Regions);
        Assert.Equal("SMS:", lines[1]);
        foreach (string region in (string[])["cn-north-4", "ap-southeast-3", "eu-west-101", "<YOUR REGION>", "team"])
        {
            int at = Array.IndexOf(lines, $"  - id: '{region}'");
            Assert.Equal($"    endpoint: '{_broker.Address}'", lines[at + 1]);
        }
    }

    [Theory]
    [InlineData("java", "HUAWEICLOUD_SDK_REGIONS_FILE")]
    [InlineData("python", "HUAWEICLOUD_SDK_REGIONS_FILE")]
    [InlineData("go", "HUAWEICLOUD_SDK_REGIONS_FILE")]
    [InlineData("node", "HUAWEICLOUD_SDK_TYPE")]
    public async Task Each_language_gets_the_variables_that_its_SDK_reads(string language, string variable)
    {
        CliRun run = await RunAsync("--language", language);

        string value = variable.EndsWith("TYPE", StringComparison.Ordinal) ? "GlobalCredentials" : Regions;
        Assert.Equal(
            [$"export HUAWEICLOUD_SDK_IAM_ENDPOINT='{_broker.Address}'", $"export {variable}='{value}'"],
            run.Out.Split('\n').Where(line => line.StartsWith("export ", StringComparison.Ordinal)));
        Assert.StartsWith($"# {language}\n", run.Out, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task All_languages_are_the_default_and_json_names_the_variables_without_a_secret()
    {
        await WriteLocalAsync();

        CliRun all = await RunAsync();
        CliRun json = await RunAsync("--output", "json");

        string[] comments = [.. all.Out.Split('\n').Where(line => line.StartsWith('#'))];
        Assert.Equal(["# Java", "# Python", "# Go", "# Node"], comments.Where(line => !line.Contains("https", StringComparison.Ordinal)));
        Assert.StartsWith("# Go's SDK looks a project up by https alone", comments[3], StringComparison.Ordinal);
        JsonElement answer = JsonDocument.Parse(json.Out).RootElement;
        Assert.Equal((Regions, false), (answer.GetProperty("regions_file").GetString(), answer.GetProperty("written").GetBoolean()));
        Assert.Equal(
            ["java", "python", "go", "node"], answer.GetProperty("environment").EnumerateObject().Select(language => language.Name));
        Assert.Equal(
            _broker.Address, answer.GetProperty("environment").GetProperty("go").GetProperty("HUAWEICLOUD_SDK_IAM_ENDPOINT").GetString());
        Assert.DoesNotContain("SECRET", all.Out + json.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_overwritten_and_the_same_run_may_be_repeated()
    {
        CliRun first = await RunAsync();
        CliRun again = await RunAsync();
        await File.WriteAllTextAsync(Regions, "mine");
        CliRun refused = await RunAsync();
        CliRun elsewhere = await RunAsync("--file", "other.yml");

        Assert.Equal((0, 0, $"Already there: {Regions}\n"), (first.ExitCode, again.ExitCode, again.Error));
        Assert.Equal(first.Out, again.Out);
        Assert.Equal((2, ""), (refused.ExitCode, refused.Out));
        Assert.Contains("nothing is overwritten", refused.Error, StringComparison.Ordinal);
        Assert.Equal("mine", await File.ReadAllTextAsync(Regions));
        Assert.Equal(0, elsewhere.ExitCode);
        Assert.True(File.Exists(Path.Combine(_directory, "other.yml")));
    }

    [Theory]
    [InlineData("regions.txt", "then .yaml or .yml")]
    [InlineData("r\u00e9gions.yaml", "then .yaml or .yml")]
    [InlineData("missing/regions.yaml", "cannot be written")]
    public async Task A_file_that_no_SDK_would_read_or_that_cannot_be_made_is_refused(string file, string message)
    {
        CliRun run = await RunAsync("--file", file);

        Assert.Equal((2, ""), (run.ExitCode, run.Out));
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_directory));
    }

    [Fact]
    public async Task A_shell_reads_the_key_of_a_local_broker_from_its_file()
    {
        await WriteLocalAsync();

        Assert.Equal("AKLOCAL SECRETLOCAL AKLOCAL SECRETLOCAL", await KeyInShellAsync(await RunAsync("--language", "java")));
    }

    [Fact]
    public async Task A_shell_reads_the_key_of_a_secret_file()
    {
        await WriteLocalAsync();
        await RunAsync(["agent-key", "web-1", "--secret-file", Path.Combine(_directory, "it's a key.json")]);

        CliRun run = await RunAsync("--language", "java", "--key-file", "it's a key.json");

        Assert.Equal($"AK1 {FakeIdentity.SecretKey} AK1 {FakeIdentity.SecretKey}", await KeyInShellAsync(run));
        Assert.DoesNotContain(FakeIdentity.SecretKey, run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_of_the_environment_is_named_and_not_shown()
    {
        CliRun run = await CliRun.ByAsync(
            _directory,
            new Dictionary<string, string>
            {
                ["COMMANDBROKER_ENDPOINT"] = _broker.Address,
                ["COMMANDBROKER_ACCESS_KEY"] = "AK1",
                ["COMMANDBROKER_SECRET_KEY"] = "SECRET1",
            },
            "",
            "sdk-config", "--language", "go");

        Assert.Contains("export CLOUD_SDK_SK=\"$COMMANDBROKER_SECRET_KEY\"\n", run.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("SECRET1", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_local_broker_lends_its_key_to_no_other_and_a_missing_key_is_pointed_out()
    {
        await WriteLocalAsync("http://127.0.0.1:1");

        CliRun run = await RunAsync("--language", "go");

        Assert.Equal(0, run.ExitCode);
        Assert.DoesNotContain("CLOUD_SDK_SK", run.Out, StringComparison.Ordinal);
        Assert.Contains("# No access key is known. 'cbroker agent-key SERVER --secret-file FILE'", run.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"access_key":"AK1"}""", "has no access_key and secret_key")]
    [InlineData("[]", "--key-file reads what --secret-file wrote")]
    public async Task A_file_without_a_key_is_refused_before_anything_is_written(string content, string message)
    {
        await File.WriteAllTextAsync(Path.Combine(_directory, "key.json"), content);

        CliRun run = await RunAsync("--key-file", "key.json");

        Assert.Equal((2, ""), (run.ExitCode, run.Out));
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(Regions));
    }

    [Theory]
    [InlineData("java", "JAVA_TOOL_OPTIONS", "-Djavax.net.ssl.trustStore=\"{0}/regions.p12\" -Djavax.net.ssl.trustStoreType=PKCS12")]
    [InlineData("python", "REQUESTS_CA_BUNDLE", "{0}/ca.crt")]
    [InlineData("go", "SSL_CERT_FILE", "{0}/ca.crt")]
    [InlineData("node", "NODE_EXTRA_CA_CERTS", "{0}/ca.crt")]
    public async Task An_authority_of_ones_own_is_named_as_each_SDK_reads_it(string language, string variable, string value)
    {
        X509Certificate2 authority = await WriteAuthorityAsync();

        CliRun run = await RunAsync("--language", language, "--ca", "ca.crt");

        Assert.Equal(0, run.ExitCode);
        Assert.Contains($"export {variable}='{string.Format(null, value, _directory)}'\n", run.Out, StringComparison.Ordinal);
        string store = Path.Combine(_directory, "regions.p12");
        Assert.Equal(language == "java", File.Exists(store));
        if (language == "java")
        {
            X509Certificate2 kept = Assert.Single(X509CertificateLoader.LoadPkcs12CollectionFromFile(store, password: null));
            Assert.Equal(authority.RawData, kept.RawData);
        }
    }

    [Fact]
    public async Task An_authority_that_cannot_be_read_is_refused_before_anything_is_written()
    {
        await File.WriteAllTextAsync(Path.Combine(_directory, "ca.crt"), "nothing");

        CliRun empty = await RunAsync("--ca", "ca.crt");
        CliRun missing = await RunAsync("--ca", "none.crt");

        Assert.Equal((2, 2), (empty.ExitCode, missing.ExitCode));
        Assert.Contains("which holds no certificate", empty.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(Regions));
    }

    [Fact]
    public async Task A_caller_who_is_not_known_learns_so_and_nothing_is_written()
    {
        CliRun run = await CliRun.ByAsync(
            _directory, new Dictionary<string, string> { ["COMMANDBROKER_ENDPOINT"] = _broker.Address }, "", "sdk-config");

        Assert.Equal((4, ""), (run.ExitCode, run.Out));
        Assert.Empty(Directory.GetFiles(_directory));
    }

    [Fact]
    public async Task An_unknown_language_names_those_there_are()
    {
        CliRun run = await RunAsync("--language", "cobol");

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("'node'", run.Error, StringComparison.Ordinal);
    }

    private static async Task<string> KeyInShellAsync(CliRun run)
    {
        Assert.Equal(0, run.ExitCode);
        string script = $"{run.Out}\necho \"$CLOUD_SDK_AK $CLOUD_SDK_SK $HUAWEICLOUD_SDK_AK $HUAWEICLOUD_SDK_SK\"";
        using var shell = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo("sh", ["-euc", script]) { RedirectStandardOutput = true })!;
        string output = await shell.StandardOutput.ReadToEndAsync();
        await shell.WaitForExitAsync();
        return output.TrimEnd();
    }

    private Task<CliRun> RunAsync(params string[] args) => CliRun.ByAsync(
        _directory,
        new Dictionary<string, string> { ["COMMANDBROKER_ENDPOINT"] = _broker.Address, ["COMMANDBROKER_TOKEN"] = FakeBroker.Token },
        "",
        args is ["agent-key", ..] ? args : ["sdk-config", .. args]);

    private async Task WriteLocalAsync(string? endpoint = null)
    {
        Directory.CreateDirectory(Path.Combine(_directory, "data"));
        await File.WriteAllTextAsync(
            Path.Combine(_directory, "data", "dev-credentials.json"),
            $$"""{"endpoint":"{{endpoint ?? _broker.Address}}","token":"t","access_key":"AKLOCAL","secret_key":"SECRETLOCAL"}""");
    }

    private async Task<X509Certificate2> WriteAuthorityAsync()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        X509Certificate2 authority = new CertificateRequest("CN=authority", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await File.WriteAllTextAsync(Path.Combine(_directory, "ca.crt"), authority.ExportCertificatePem());
        return authority;
    }
}
