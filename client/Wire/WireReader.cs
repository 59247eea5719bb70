using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using CommandBroker.Contracts;

namespace CommandBroker.Client.Wire;

/// <summary>Reads a body or a line and says in one sentence what is wrong with it, without naming our types.</summary>
public static class WireReader
{
    private static readonly JavaScriptEncoder Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    /// <summary>Reads one JSON value.</summary>
    /// <param name="utf8">The whole body, or one line without its end.</param>
    /// <param name="type">From <see cref="WireJson.Strict"/>, to refuse members that are not known.</param>
    /// <exception cref="BrokerException">InvalidArgument: it is not JSON, not an object, or a member is of another type.</exception>
    public static T Read<T>(ReadOnlySpan<byte> utf8, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(utf8, type)
                ?? throw new BrokerException(BrokerErrorReason.InvalidArgument, "null was found; a JSON object is needed.");
        }
        catch (JsonException found)
        {
            throw new BrokerException(BrokerErrorReason.InvalidArgument, FaultOfMembers(utf8, type) ?? Describe(found), found);
        }
    }

    /// <summary>Says what a reader's exception found.</summary>
    public static string Describe(JsonException found)
    {
        string? member = found.Path is { Length: > 2 } path ? path[2..] : null;
        return (found.InnerException, member) switch
        {
            // The reader's own exception means broken text; any other cause is a value of another type.
            (JsonException, _) => $"It is not valid JSON: see byte {found.BytePositionInLine + 1}{Line(found)}.",
            (_, null) => "A JSON object is needed.",
            _ => $"{member} has a value that is not allowed there.",
        };
    }

    /// <summary>Names the first member that is not known or is there twice; null when there is none, or the text is no JSON object.</summary>
    private static string? FaultOfMembers<T>(ReadOnlySpan<byte> utf8, JsonTypeInfo<T> type)
    {
        string[] known = [.. type.Properties.Select(property => property.Name)];
        HashSet<string> seen = [];
        var reader = new Utf8JsonReader(utf8);
        try
        {
            while (reader.Read())
            {
                if (reader.CurrentDepth != 1 || reader.TokenType != JsonTokenType.PropertyName)
                {
                    continue;
                }

                string name = reader.GetString()!;
                if (!known.Contains(name))
                {
                    return $"{Quote(name)} is no member here; {string.Join(", ", known)} are.";
                }

                if (!seen.Add(name))
                {
                    return $"{Quote(name)} is there twice; once is allowed.";
                }
            }
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            // What was found first is said of the text itself.
        }

        return null;
    }

    private static string Quote(string name) => $"\"{JsonEncodedText.Encode(name.Length > 40 ? name[..40] : name, Encoder)}\"";

    private static string Line(JsonException found) => found.LineNumber > 0 ? $" of line {found.LineNumber + 1}" : "";
}
