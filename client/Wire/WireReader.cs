using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using CommandBroker.Contracts;

namespace CommandBroker.Client.Wire;

/// <summary>Reads a body or a line and says in one sentence what is wrong with it, without naming our types.</summary>
public static class WireReader
{
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
            throw new BrokerException(BrokerErrorReason.InvalidArgument, FaultOfMembers(utf8, type) ?? Describe(found, utf8, type), found);
        }
    }

    private static string Describe<T>(JsonException found, ReadOnlySpan<byte> utf8, JsonTypeInfo<T> type)
    {
        // The reader's own exception means broken text; any other cause is a value of another type.
        if (found.InnerException is JsonException)
        {
            return $"It is not valid JSON: see byte {found.BytePositionInLine + 1}{Line(found)}.";
        }

        return found.Path is { Length: > 2 } path ? WireFault.OfValue(utf8, type, path[2..].Split('.', '[')[0]) : "A JSON object is needed.";
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
                    return $"{WireFault.Quote(name)} is no member here; {(known.Length == 0 ? "this call takes none" : $"{string.Join(", ", known)} are")}.";
                }

                if (!seen.Add(name))
                {
                    return $"{WireFault.Quote(name)} is there twice; once is allowed.";
                }
            }

            return type.Properties.FirstOrDefault(property => property.IsRequired && !seen.Contains(property.Name)) is { } missing
                ? $"{missing.Name} is missing; it is needed."
                : null;
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            // What was found first is said of the text itself.
        }

        return null;
    }

    private static string Line(JsonException found) => found.LineNumber > 0 ? $" of line {found.LineNumber + 1}" : "";
}
