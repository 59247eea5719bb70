namespace CommandBroker.Cli.Output;

/// <summary>Columns aligned by spaces: the same on a terminal and in a file, never cut, never coloured.</summary>
internal sealed class TextTable(params string[] header)
{
    private readonly List<string[]> _rows = [header];

    /// <summary>Adds a row; what is null or empty is written as a dash, so that columns can be counted.</summary>
    public void Add(params string?[] cells) => _rows.Add([.. cells.Select(cell => string.IsNullOrEmpty(cell) ? "-" : OneLine(cell))]);

    public void WriteTo(TextWriter output)
    {
        int[] widths = [.. Enumerable.Range(0, header.Length).Select(column => _rows.Max(row => row[column].Length))];
        foreach (string[] row in _rows)
        {
            output.WriteLine(string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
        }
    }

    // Names and reasons come from others; a control character in them must not move the cursor.
    internal static string OneLine(string text) =>
        text.Any(char.IsControl) ? string.Concat(text.Select(letter => char.IsControl(letter) ? ' ' : letter)) : text;
}
