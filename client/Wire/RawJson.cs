using System.Text.Json.Serialization;

namespace CommandBroker.Client.Wire;

/// <summary>
/// One JSON value kept as the text it came as, white space and number forms included: what was enqueued is handed out byte for byte.
/// JSON's own <c>null</c> is a value here; a member that is absent is a null reference.
/// </summary>
/// <param name="Text">The text of one valid JSON value; it is written without being checked again.</param>
[JsonConverter(typeof(RawJsonConverter))]
public sealed record RawJson(string Text)
{
    /// <summary>An object without members.</summary>
    public static RawJson EmptyObject { get; } = new("{}");

    /// <summary>Whether the value is a JSON object.</summary>
    [JsonIgnore]
    public bool IsObject => Text.AsSpan().TrimStart() is ['{', ..];

    /// <summary>The value on one line, for streams whose records are lines. Line breaks stand only between tokens, so the value is the same.</summary>
    public RawJson OnOneLine() =>
        Text.AsSpan().ContainsAny('\n', '\r') ? new RawJson(Text.Replace('\n', ' ').Replace('\r', ' ')) : this;

    /// <inheritdoc/>
    public override string ToString() => Text;
}
