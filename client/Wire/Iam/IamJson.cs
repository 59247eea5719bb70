using System.Text.Json.Serialization;

namespace CommandBroker.Client.Wire.Iam;

/// <summary>How the records of this namespace are read and written: as <see cref="WireJson"/> does, but for this library alone.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(InstantConverter)])]
[JsonSerializable(typeof(SignInBody))]
[JsonSerializable(typeof(TokenEnvelope))]
[JsonSerializable(typeof(ProjectsEnvelope))]
[JsonSerializable(typeof(IamErrorRecord))]
internal sealed partial class IamJson : JsonSerializerContext;
