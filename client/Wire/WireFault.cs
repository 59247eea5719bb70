using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using CommandBroker.Client.Wire.Identity;
using CommandBroker.Contracts.Identity;
using CommandBroker.Core;

namespace CommandBroker.Client.Wire;

/// <summary>
/// Says of a member's value what was found and what is allowed, in words of JSON. No type of the program is named, and no text that may be a secret.
/// </summary>
internal static class WireFault
{
    private const int MaxShownLength = 40;

    private static readonly JavaScriptEncoder Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    /// <summary>What a caller sent, cut and escaped, for a message.</summary>
    public static string Quote(string text) =>
        $"\"{JsonEncodedText.Encode(text.Length > MaxShownLength ? text[..MaxShownLength] : text, Encoder)}\"";

    /// <summary>The sentence about a value that its reader refused.</summary>
    /// <param name="utf8">The whole text, which is valid JSON as far as that value.</param>
    /// <param name="type">What the text was read as.</param>
    /// <param name="member">The member, as it is named on the wire; an element of an array is meant by the array's name.</param>
    public static string OfValue<T>(ReadOnlySpan<byte> utf8, JsonTypeInfo<T> type, string member)
    {
        Type? declared = type.Properties.FirstOrDefault(property => property.Name == member)?.PropertyType;
        Type? wanted = declared is null ? null : Nullable.GetUnderlyingType(declared) ?? declared;
        var reader = new Utf8JsonReader(utf8);
        if (wanted is null || !TryFind(ref reader, member))
        {
            return $"{member} has a value that is not allowed there.";
        }

        return wanted == typeof(string) && reader.TokenType == JsonTokenType.String
            ? $"{member} {StorableText.Fault}"
            : $"{member} is {Found(ref reader, wanted)}; {Allowed(ref reader, wanted)} is allowed.";
    }

    private static bool TryFind(ref Utf8JsonReader reader, string member)
    {
        while (reader.Read())
        {
            if (reader is { CurrentDepth: 1, TokenType: JsonTokenType.PropertyName } && reader.ValueTextEquals(member))
            {
                return reader.Read();
            }
        }

        return false;
    }

    private static string Found(ref Utf8JsonReader reader, Type wanted) => reader.TokenType switch
    {
        JsonTokenType.Number when IsWhole(wanted) => Encoding.UTF8.GetString(reader.ValueSpan[..Math.Min(reader.ValueSpan.Length, MaxShownLength)]),
        JsonTokenType.String when (wanted.IsEnum && wanted != typeof(Roles)) || wanted == typeof(DateTimeOffset) || wanted == typeof(TimeSpan) => Quote(reader.GetString()!),
        JsonTokenType.Number => "a number",
        JsonTokenType.String => "a string",
        JsonTokenType.True or JsonTokenType.False => "true or false",
        JsonTokenType.StartArray => wanted == typeof(Roles) ? "an array of something else" : "an array",
        JsonTokenType.StartObject => "an object",
        _ => "null",
    };

    private static string Allowed(ref Utf8JsonReader reader, Type wanted) =>
        wanted == typeof(string) ? "a string"
        : wanted == typeof(bool) ? "true or false"
        : IsWhole(wanted) ? IsTooLong(ref reader) ? "a number of fewer digits" : "a whole number"
        : wanted == typeof(Roles) ? $"an array of {RoleNames.All}"
        : wanted == typeof(TimeSpan) ? "a whole number and s, m, h or d, as in 90d,"
        : wanted.IsEnum ? "one of " + string.Join(", ", Enum.GetNames(wanted).Select(JsonNamingPolicy.SnakeCaseLower.ConvertName))
        : wanted == typeof(DateTimeOffset) ? "an instant of RFC 3339 with an offset, as 2026-03-01T12:00:00Z,"
        : "an object";

    private static bool IsTooLong(ref Utf8JsonReader reader) => reader.TokenType == JsonTokenType.Number && !reader.ValueSpan.ContainsAny(".eE"u8);

    private static bool IsWhole(Type wanted) => wanted == typeof(int) || wanted == typeof(long);
}
