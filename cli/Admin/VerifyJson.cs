using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using CommandBroker.Storage.Verification;

namespace CommandBroker.Cli.Admin;

/// <summary>How a verification is written: snake_case, absent instead of null.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(StoreFinding))]
[JsonSerializable(typeof(StoreVerdict))]
[JsonSerializable(typeof(VerifyRecord))]
internal sealed partial class VerifyJson : JsonSerializerContext
{
    /// <summary>A value a line.</summary>
    public static VerifyJson Line => Holder.Line;

    /// <summary>For eyes as well.</summary>
    public static VerifyJson Readable => Holder.Readable;

    // Apart, because the generated part of this class sets Default in an order the language leaves open.
    private static class Holder
    {
        public static readonly VerifyJson Line = new(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        public static readonly VerifyJson Readable = new(new JsonSerializerOptions(Line.Options) { WriteIndented = true });
    }
}
