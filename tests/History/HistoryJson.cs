using System.Text.Json;
using System.Text.Json.Serialization;

namespace CommandBroker.History;

/// <summary>How an entry looks in the file.</summary>
[JsonSerializable(typeof(HistoryEntry))]
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true)]
internal sealed partial class HistoryJson : JsonSerializerContext;
