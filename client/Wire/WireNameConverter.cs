using System.Text.Json;
using System.Text.Json.Serialization;

namespace CommandBroker.Client.Wire;

/// <summary>Writes an enum by its <see cref="WireName"/> and refuses every other name, numbers included.</summary>
public sealed class WireNameConverter<T> : JsonConverter<T>
    where T : struct, Enum
{
    /// <inheritdoc/>
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        string? name = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
        return WireName.TryParse(name, out T value) ? value : throw new JsonException();
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WriteStringValue(WireName.Of(value));
}
