using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace CommandBroker.Cli.Verbs;

/// <summary>Writes a JSON object of strings.</summary>
internal static class ParamText
{
    /// <summary>The members in their order, those without a value left out; a later value for a name replaces the earlier.</summary>
    public static string Build(IEnumerable<(string Name, string? Value)> members)
    {
        var text = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(text, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            foreach (IGrouping<string, (string Name, string? Value)> member in members.Where(member => member.Value is not null).GroupBy(member => member.Name))
            {
                writer.WriteString(member.Key, member.Last().Value);
            }

            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(text.WrittenSpan);
    }
}
