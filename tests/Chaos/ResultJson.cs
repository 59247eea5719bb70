using System.Text.Json.Serialization;

namespace CommandBroker.Chaos;

/// <summary>How a result looks in the file.</summary>
[JsonSerializable(typeof(RunResult))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class ResultJson : JsonSerializerContext;
