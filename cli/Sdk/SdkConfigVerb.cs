using System.Collections.Immutable;
using System.CommandLine;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using CommandBroker.Cli.Files;
using CommandBroker.Cli.Output;
using CommandBroker.Client.Http;
using CommandBroker.Client.Wire.Iam;

namespace CommandBroker.Cli.Sdk;

/// <summary><c>cbroker sdk-config</c>.</summary>
internal static class SdkConfigVerb
{
    private const string Manual = """
        Leads the vendor's SDKs to the broker by environment variables alone.

        Writes a regions file, in which every region is the broker, and prints the lines that a shell sets the variables with.
        No file is overwritten; one that is there already with the same content stays, so the command may be repeated.

        The lines read the access key from where it is kept and do not show it: from --key-file, from COMMANDBROKER_ACCESS_KEY and
        COMMANDBROKER_SECRET_KEY, or from the file of a local broker. With https, --ca names the PEM file of your own authority
        (default: SSL_CERT_FILE). For Java it is written once more beside the regions file, as .p12.

        Examples:
          eval "$(cbroker sdk-config)"
          cbroker sdk-config --language java --file conf/regions.yaml
          cbroker agent-key web-1 --secret-file web-1.key && cbroker sdk-config --key-file web-1.key
        """;

    public static Command Create(CliHost host)
    {
        var language = new Option<string>("--language")
        {
            Description = "Print the variables of this SDK alone",
            HelpName = "java|python|go|node|all",
            DefaultValueFactory = _ => "all",
        };
        language.AcceptOnlyFromAmong([.. Enum.GetNames<SdkLanguage>().Select(name => name.ToLowerInvariant()), "all"]);
        var file = new Option<string>("--file")
        {
            Description = "The regions file to write; default: regions.yaml",
            HelpName = "FILE",
            DefaultValueFactory = _ => "regions.yaml",
        };
        var keyFile = new Option<string?>("--key-file")
        {
            Description = "A file that --secret-file of 'agent-key' or 'key create' has written",
            HelpName = "FILE",
        };
        var ca = new Option<string?>("--ca")
        {
            Description = "The PEM file of the authority that issued the broker's certificate",
            HelpName = "FILE",
        };
        var verb = new ManualCommand("sdk-config", Manual) { language, file, keyFile, ca };
        verb.SetAction(async (parsed, cancel) =>
        {
            using CliSession session = CliSession.Open(parsed, host);
            string endpoint = session.Http.BaseAddress!.AbsoluteUri.TrimEnd('/');
            string path = RegionsFile.CheckName(Path.GetFullPath(parsed.GetRequiredValue(file), host.CurrentDirectory));
            IReadOnlyList<SdkExport> key = SdkKey.Find(host, parsed.GetValue(keyFile), endpoint);
            string? caPath = CaPath(parsed.GetValue(ca), host, session.Http.BaseAddress);
            X509Certificate2Collection? authorities = caPath is null ? null : TrustStore.Read(caPath);
            ImmutableArray<NamedRecord> projects = await new TokenService(session.Http).ListProjectsAsync(cancel);

            var exports = new SdkExports(endpoint, path, caPath, Path.ChangeExtension(path, ".p12"));
            SdkLanguage[] languages = parsed.GetValue(language) is { } one && Enum.TryParse(one, ignoreCase: true, out SdkLanguage only)
                ? [only]
                : Enum.GetValues<SdkLanguage>();
            bool isWritten = NewFile.Write(path, RegionsFile.Content(endpoint, projects.Select(project => project.Name ?? "")));
            if (authorities is not null && languages.Contains(SdkLanguage.Java))
            {
                NewFile.Write(exports.TrustStorePath, TrustStore.Content(authorities));
            }

            Print(session, exports, languages, key, isWritten);
            return ExitCode.Ok;
        });
        return verb;
    }

    private static string? CaPath(string? given, CliHost host, Uri endpoint)
    {
        string? path = given ?? (endpoint.Scheme == Uri.UriSchemeHttps ? host.Variable("SSL_CERT_FILE") : null);
        return path is null ? null : Path.GetFullPath(path, host.CurrentDirectory);
    }

    private static void Print(
        CliSession session, SdkExports exports, SdkLanguage[] languages, IReadOnlyList<SdkExport> key, bool isWritten)
    {
        if (session.Answer.Format != OutputFormat.Table)
        {
            var environment = new JsonObject();
            foreach (SdkLanguage language in languages)
            {
                var variables = new JsonObject();
                foreach (SdkExport export in exports.Of(language))
                {
                    variables[export.Name] = export.Value;
                }

                environment[language.ToString().ToLowerInvariant()] = variables;
            }

            session.Answer.WriteFacts(
                "", new JsonObject { ["regions_file"] = exports.RegionsPath, ["written"] = isWritten, ["environment"] = environment });
            return;
        }

        TextWriter output = session.Host.Out;
        foreach (SdkLanguage language in languages)
        {
            output.WriteLine($"# {language}");
            if (exports.NoteFor(language) is { } note)
            {
                output.WriteLine($"# {note}");
            }

            foreach (SdkExport export in exports.Of(language).Concat(key))
            {
                output.WriteLine(export);
            }
        }

        if (key.Count == 0)
        {
            output.WriteLine(
                "# No access key is known. 'cbroker agent-key SERVER --secret-file FILE' makes one; --key-file FILE names it.");
        }

        session.Host.Error.WriteLine(isWritten ? $"Written: {exports.RegionsPath}" : $"Already there: {exports.RegionsPath}");
    }
}
