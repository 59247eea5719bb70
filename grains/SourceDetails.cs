using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using CommandBroker.Contracts;
using CommandBroker.Core;

namespace CommandBroker.Grains;

/// <summary>What a source server registered besides its name, as the text of one JSON object.</summary>
internal static class SourceDetails
{
    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 64 };

    /// <summary>Checks that a text is one JSON object.</summary>
    /// <exception cref="BrokerException">InvalidArgument: it is not.</exception>
    public static void Check(string details) => Parse(details).Dispose();

    /// <summary>Replaces members and adds new ones; the others stay as they are written, but for what no store can read, which is mended.</summary>
    /// <exception cref="BrokerException">InvalidArgument: one of the two is no JSON object.</exception>
    public static string Merge(string details, string members)
    {
        using JsonDocument former = Parse(StorableJson.Mend(details)), wanted = Parse(members);
        var text = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(text, Writing))
        {
            writer.WriteStartObject();
            foreach (JsonProperty member in former.RootElement.EnumerateObject())
            {
                if (!wanted.RootElement.TryGetProperty(member.Name, out _))
                {
                    member.WriteTo(writer);
                }
            }

            foreach (JsonProperty member in wanted.RootElement.EnumerateObject())
            {
                member.WriteTo(writer);
            }

            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(text.WrittenSpan);
    }

    private static JsonDocument Parse(string text)
    {
        try
        {
            JsonDocument document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document : throw new JsonException("An object is needed.");
        }
        catch (JsonException fault)
        {
            throw new BrokerException(
                BrokerErrorReason.InvalidArgument, $"The source server's details are no JSON object: {fault.Message}", fault);
        }
    }
}
