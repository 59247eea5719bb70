using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using CommandBroker.Client.Wire;
using CommandBroker.Contracts;

namespace CommandBroker.Cli.Output;

/// <summary>Writes answers in the format that was asked for.</summary>
internal sealed class AnswerWriter(TextWriter output, OutputFormat format)
{
    public OutputFormat Format => format;

    /// <summary>Writes one value.</summary>
    public void Write<T>(T record, JsonTypeInfo<T> type, Action<TextWriter> asTable)
    {
        if (format == OutputFormat.Table)
        {
            asTable(output);
        }
        else
        {
            WriteLine(record, type);
        }
    }

    /// <summary>Writes a list: one value in json, a line for each item in ndjson.</summary>
    public void WriteList<TList, TItem>(
        TList list, JsonTypeInfo<TList> listType, IEnumerable<TItem> items, JsonTypeInfo<TItem> itemType, Action<TextWriter> asTable)
    {
        if (format != OutputFormat.Ndjson)
        {
            Write(list, listType, asTable);
            return;
        }

        foreach (TItem item in items)
        {
            WriteLine(item, itemType);
        }
    }

    public void WriteCommand(CommandView command) =>
        Write(command.ToWire(), WireJson.Readable.CommandRecord, table => CommandTable.WriteDetails(command, table));

    // Line breaks can come only from parameters kept as they were enqueued, between their tokens.
    private void WriteLine<T>(T record, JsonTypeInfo<T> type) =>
        output.WriteLine(new RawJson(JsonSerializer.Serialize(record, type)).OnOneLine().Text);
}
