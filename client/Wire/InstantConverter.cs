using System.Text.Json;
using System.Text.Json.Serialization;

namespace CommandBroker.Client.Wire;

/// <summary>Reads and writes instants as <see cref="InstantText"/>.</summary>
public sealed class InstantConverter : JsonConverter<DateTimeOffset>
{
    /// <inheritdoc/>
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        string? text = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
        return InstantText.TryParse(text, out DateTimeOffset instant) ? instant : throw new JsonException();
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(InstantText.Format(value));
}
