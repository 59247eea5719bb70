using System.CommandLine;

namespace CommandBroker.Cli;

/// <summary>A verb whose help is a text of several paragraphs; the first line of it stands in lists.</summary>
internal sealed class ManualCommand(string name, string manual) : Command(name, manual.Split('\n')[0])
{
    public string Manual => manual;
}
