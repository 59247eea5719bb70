using System.Text.Json;
using Orleans.Storage;

namespace CommandBroker.Grains;

/// <summary>Grain state as System.Text.Json writes it: the provider's default is another library, and rows should be readable with any tool.</summary>
internal sealed class JsonStateSerializer : IGrainStorageSerializer
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);

    public BinaryData Serialize<T>(T? input) => new(JsonSerializer.SerializeToUtf8Bytes(input, Options));

    public T Deserialize<T>(BinaryData input)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(input.ToMemory().Span, Options)
                ?? throw new JsonException($"A stored {typeof(T).Name} is the JSON value null, which is never written.");
        }
        catch (JsonException) when (typeof(T) == typeof(SourceServerSettingsState))
        {
            // The grain lives all the same: it answers that there is nothing to be read, and is there to store other settings.
            return (T)(object)new SourceServerSettingsState();
        }
    }
}
