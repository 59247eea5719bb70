using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using CommandBroker.Client.Wire.Identity;
using CommandBroker.Contracts;
using CommandBroker.Contracts.Identity;
using CommandBroker.Core;

namespace CommandBroker.Client.Wire;

/// <summary>How the records of this namespace are read and written: snake_case, absent instead of null, no reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters =
    [
        typeof(InstantConverter),
        typeof(DurationConverter),
        typeof(RolesConverter),
        typeof(WireNameConverter<CommandState>),
        typeof(WireNameConverter<DeliveryMode>),
        typeof(WireNameConverter<ReportResult>),
        typeof(WireNameConverter<StrayReason>),
        typeof(WireNameConverter<BrokerErrorReason>),
        typeof(WireNameConverter<ReencryptionState>),
    ])]
[JsonSerializable(typeof(EnqueueBody))]
[JsonSerializable(typeof(EnqueueAnswer))]
[JsonSerializable(typeof(EnqueueLineAnswer))]
[JsonSerializable(typeof(ProblemRecord))]
[JsonSerializable(typeof(CancelRequest))]
[JsonSerializable(typeof(CommandRecord))]
[JsonSerializable(typeof(QueueRecord))]
[JsonSerializable(typeof(HistoryRecord))]
[JsonSerializable(typeof(StrayReportRecord))]
[JsonSerializable(typeof(SettingsRecord))]
[JsonSerializable(typeof(SourceServerRecord))]
[JsonSerializable(typeof(SourceServerListRecord))]
[JsonSerializable(typeof(RegisterAnswer))]
[JsonSerializable(typeof(RenameRequest))]
[JsonSerializable(typeof(VendorErrorRecord))]
[JsonSerializable(typeof(AgentCommandRecord))]
[JsonSerializable(typeof(AgentReportRecord))]
[JsonSerializable(typeof(TenantView))]
[JsonSerializable(typeof(DomainListRecord))]
[JsonSerializable(typeof(ProjectListRecord))]
[JsonSerializable(typeof(NewTenantBody))]
[JsonSerializable(typeof(TenantChange))]
[JsonSerializable(typeof(PrincipalView))]
[JsonSerializable(typeof(UserListRecord))]
[JsonSerializable(typeof(NewPrincipal))]
[JsonSerializable(typeof(PrincipalChange))]
[JsonSerializable(typeof(AccessKeyView))]
[JsonSerializable(typeof(AccessKeyListRecord))]
[JsonSerializable(typeof(NewAccessKeyCall))]
[JsonSerializable(typeof(NewAccessKey))]
[JsonSerializable(typeof(RotateKeyBody))]
[JsonSerializable(typeof(RotateTokenKeyBody))]
[JsonSerializable(typeof(AccessKeyChangeBody))]
[JsonSerializable(typeof(AuditEventRecord))]
[JsonSerializable(typeof(AuditPageRecord))]
[JsonSerializable(typeof(ReencryptionView))]
[JsonSerializable(typeof(DoneRecord))]
[JsonSerializable(typeof(NoBody))]
public sealed partial class WireJson : JsonSerializerContext
{
    /// <summary>For what a caller sends: a member that is not known, or is there twice, is refused. Answers are read with <see cref="Default"/>, so that a later broker may add to them.</summary>
    public static WireJson Strict => ReadableHolder.Strict;

    /// <summary>The same, with letters outside ASCII and quotes written as they are: for people's eyes, never for a web page.</summary>
    public static WireJson Readable => ReadableHolder.Context;

    // Apart, because the generated part of this class sets Default in an order the language leaves open.
    private static class ReadableHolder
    {
        public static readonly WireJson Context =
            new(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

        public static readonly WireJson Strict = new(new JsonSerializerOptions(Context.Options)
        {
            UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
            AllowDuplicateProperties = false,
        });
    }
}
