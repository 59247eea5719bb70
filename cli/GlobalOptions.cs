using System.CommandLine;
using CommandBroker.Cli.Output;

namespace CommandBroker.Cli;

/// <summary>Options every verb takes.</summary>
internal static class GlobalOptions
{
    public static readonly Option<string?> Endpoint = new("--endpoint")
    {
        Description = "The broker's address, as in http://127.0.0.1:8080",
        HelpName = "URL",
        Recursive = true,
    };

    public static readonly Option<string?> Token = new("--token")
    {
        Description = "The token to use. Other users of the machine can see it here; the environment variable is safer",
        HelpName = "TOKEN",
        Recursive = true,
    };

    public static readonly Option<string?> Project = new("--project")
    {
        Description = "The id of the project to work in, for users who may work in several; default: the user's own",
        HelpName = "ID",
        Recursive = true,
    };

    public static readonly Option<string> Output = new("--output", "-o")
    {
        Description = "table (default) for eyes, json for one value, ndjson for a value a line",
        HelpName = "table|json|ndjson",
        Recursive = true,
        DefaultValueFactory = _ => "table",
    };

    static GlobalOptions() => Output.AcceptOnlyFromAmong("table", "json", "ndjson");

    public static void AddTo(RootCommand root)
    {
        root.Options.Add(Endpoint);
        root.Options.Add(Token);
        root.Options.Add(Project);
        root.Options.Add(Output);
    }

    public static OutputFormat FormatOf(ParseResult parsed) => Enum.Parse<OutputFormat>(parsed.GetValue(Output)!, ignoreCase: true);
}
