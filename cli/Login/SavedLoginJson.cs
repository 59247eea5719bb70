using System.Text.Json.Serialization;

namespace CommandBroker.Cli.Login;

/// <summary>How a saved login is read and written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(SavedLogin))]
internal sealed partial class SavedLoginJson : JsonSerializerContext;
