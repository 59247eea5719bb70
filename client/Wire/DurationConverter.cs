using System.Text.Json;
using System.Text.Json.Serialization;
using CommandBroker.Contracts;

namespace CommandBroker.Client.Wire;

/// <summary>Reads and writes durations as <see cref="DurationText"/>; <c>0s</c> is no time.</summary>
public sealed class DurationConverter : JsonConverter<TimeSpan>
{
    private const string None = "0s";

    /// <inheritdoc/>
    public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        string? text = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
        return text == None ? TimeSpan.Zero : DurationText.TryParse(text, out TimeSpan duration) ? duration : throw new JsonException();
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value == TimeSpan.Zero ? None : DurationText.Format(value));
}
