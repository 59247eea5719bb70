using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using CommandBroker.Contracts;
using CommandBroker.Contracts.Identity;

namespace CommandBroker.Client.Wire.Identity;

/// <summary>Reads and writes roles as an array of <see cref="RoleNames"/>.</summary>
public sealed class RolesConverter : JsonConverter<Roles>
{
    /// <inheritdoc/>
    public override Roles Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new JsonException();
        }

        var names = ImmutableArray.CreateBuilder<string>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            names.Add(reader.TokenType == JsonTokenType.String ? reader.GetString()! : throw new JsonException());
        }

        try
        {
            return RoleNames.Parse(names);
        }
        catch (BrokerException fault)
        {
            throw new JsonException(fault.Message, fault);
        }
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Roles value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (string name in RoleNames.Of(value))
        {
            writer.WriteStringValue(name);
        }

        writer.WriteEndArray();
    }
}
