using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace CommandBroker.Cli;

/// <summary>Help that tells a verb's whole manual when it is asked about that verb, and one sentence in the lists above it.</summary>
internal sealed class ManualHelp(HelpAction inner) : SynchronousCommandLineAction
{
    /// <summary>Replaces the built-in help, and its spellings that are no options elsewhere (<c>/?</c>, <c>-?</c>).</summary>
    public static void AddTo(RootCommand root)
    {
        root.Options.Remove(root.Options.OfType<HelpOption>().Single());
        var help = new HelpOption("--help", "-h") { Description = "Show this" };
        help.Action = new ManualHelp((HelpAction)help.Action!);
        root.Options.Add(help);
    }

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        if (parseResult.CommandResult.Command is ManualCommand verb)
        {
            verb.Description = verb.Manual;
        }

        return inner.Invoke(parseResult);
    }
}
