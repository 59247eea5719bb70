namespace CommandBroker.EndToEnd.Tests;

/// <summary>The shell blocks of a document, as its reader would copy them.</summary>
internal static class ShellDocument
{
    private const string Opening = "```sh";
    private const string Closing = "```";

    /// <param name="path">The document, from the root of the repository.</param>
    public static IReadOnlyList<string> Blocks(string path)
    {
        var blocks = new List<string>();
        List<string>? block = null;
        foreach (string line in File.ReadLines(Path.Combine(Repository.Root, path)))
        {
            if (block is null)
            {
                block = line == Opening ? [] : null;
            }
            else if (line == Closing)
            {
                blocks.Add(string.Join('\n', block));
                block = null;
            }
            else
            {
                block.Add(line);
            }
        }

        return blocks;
    }

    /// <summary>The only block that contains a text.</summary>
    public static string BlockWith(string path, string text) =>
        Blocks(path).Single(block => block.Contains(text, StringComparison.Ordinal));
}
