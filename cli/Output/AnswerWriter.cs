using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using CommandBroker.Client.Wire;
using CommandBroker.Contracts;

namespace CommandBroker.Cli.Output;

/// <summary>Writes answers in the format that was asked for.</summary>
internal sealed class AnswerWriter(TextWriter output, TextWriter error, OutputFormat format)
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
    /// <param name="list">The list.</param>
    /// <param name="listType">How the list is written.</param>
    /// <param name="items">Its items.</param>
    /// <param name="itemType">How an item is written.</param>
    /// <param name="asTable">Writes it for eyes.</param>
    /// <param name="more">How to get the next page; said on the standard error where a line for each item has no place for it. Null when there is none.</param>
    public void WriteList<TList, TItem>(
        TList list, JsonTypeInfo<TList> listType, IEnumerable<TItem> items, JsonTypeInfo<TItem> itemType, Action<TextWriter> asTable, string? more = null)
    {
        if (format != OutputFormat.Ndjson)
        {
            Write(list, listType, asTable);
            return;
        }

        WriteMore(items, itemType);
        if (more is not null)
        {
            error.WriteLine($"More: {more}");
        }
    }

    /// <summary>Writes a line for each item in ndjson, beside those of a list; nothing otherwise, where the list itself has them.</summary>
    public void WriteMore<T>(IEnumerable<T> items, JsonTypeInfo<T> type)
    {
        foreach (T item in format == OutputFormat.Ndjson ? items : [])
        {
            WriteLine(item, type);
        }
    }

    /// <summary>Writes a sentence for eyes, or the facts in it for a program.</summary>
    public void WriteFacts(string sentence, JsonObject facts) =>
        output.WriteLine(format == OutputFormat.Table ? TextTable.OneLine(sentence) : facts.ToJsonString());

    /// <summary>Writes facts for a program; eyes see from the end alone that it is done.</summary>
    public void WriteForPrograms(JsonObject facts)
    {
        if (format != OutputFormat.Table)
        {
            output.WriteLine(facts.ToJsonString());
        }
    }

    public void WriteCommand(CommandView command) =>
        Write(command.ToWire(), WireJson.Readable.CommandRecord, table => CommandTable.WriteDetails(command, table));

    // Line breaks can come only from parameters kept as they were enqueued, between their tokens.
    private void WriteLine<T>(T record, JsonTypeInfo<T> type) =>
        output.WriteLine(new RawJson(JsonSerializer.Serialize(record, type)).OnOneLine().Text);
}
