using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using CommandBroker.Contracts;

namespace CommandBroker.Client.Wire;

/// <summary>Reads a body or a line and says in one sentence what is wrong with it, without naming our types.</summary>
public static class WireReader
{
    /// <summary>Reads one JSON value.</summary>
    /// <param name="utf8">The whole body, or one line without its end.</param>
    /// <param name="type">From <see cref="WireJson"/>.</param>
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
            throw new BrokerException(BrokerErrorReason.InvalidArgument, Describe(found), found);
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

    private static string Line(JsonException found) => found.LineNumber > 0 ? $" of line {found.LineNumber + 1}" : "";
}
