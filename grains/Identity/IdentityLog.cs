using Microsoft.Extensions.Logging;

namespace CommandBroker.Grains;

/// <summary>What is logged of identities: past facts, never a secret, a token, or a name that a caller made up.</summary>
internal static partial class IdentityLog
{
    [LoggerMessage(1101, LogLevel.Warning, "The store did not serve identities", EventName = "IdentityStoreRefused")]
    public static partial void StoreRefused(ILogger logger, Exception exception);

    [LoggerMessage(1110, LogLevel.Error, "The store refuses to serve identities; that does not mend by itself", EventName = "IdentityStoreFailed")]
    public static partial void StoreFailed(ILogger logger, Exception exception);

    [LoggerMessage(1102, LogLevel.Error, "A stored secret could not be opened: {Reason}", EventName = "SecretUnreadable")]
    public static partial void SecretUnreadable(ILogger logger, string reason);

    [LoggerMessage(1103, LogLevel.Information, "A key that signs tokens was made: {KeyId}", EventName = "TokenKeyMade")]
    public static partial void TokenKeyMade(ILogger logger, string keyId);

    [LoggerMessage(1104, LogLevel.Warning, "Old identities and events could not be removed now; it is tried again", EventName = "IdentityPurgeFailed")]
    public static partial void PurgeFailed(ILogger logger, Exception exception);

    [LoggerMessage(1105, LogLevel.Warning, "Events could not be written to the audit now; {Count} wait", EventName = "AuditFlushFailed")]
    public static partial void AuditFlushFailed(ILogger logger, Exception exception, int count);

    [LoggerMessage(1106, LogLevel.Error, "{Count} events were lost to the audit: too many waited for the store", EventName = "AuditEventsLost")]
    public static partial void AuditEventsLost(ILogger logger, long count);

    [LoggerMessage(1107, LogLevel.Information, "{Count} secrets were encrypted with master key {MasterKeyId}", EventName = "SecretsReencrypted")]
    public static partial void SecretsReencrypted(ILogger logger, int count, string masterKeyId);

    [LoggerMessage(1112, LogLevel.Error, "Encrypting secrets anew failed after {Count}; asking again goes on with what remains", EventName = "ReencryptionFailed")]
    public static partial void ReencryptionFailed(ILogger logger, Exception exception, int count);

    [LoggerMessage(1108, LogLevel.Warning, "Request {RequestId}: a sign-in from {RemoteAddress} was refused: {Rule}", EventName = "SignInRefused")]
    public static partial void SignInRefused(ILogger logger, string? requestId, string remoteAddress, string rule);

    [LoggerMessage(1111, LogLevel.Warning,
        "Principal {Name} was deleted, and the settings still give its credential; nothing is made. Take the setting away, or give another token or name",
        EventName = "PrincipalNotBroughtBack")]
    public static partial void PrincipalNotBroughtBack(ILogger logger, string name);

    [LoggerMessage(1109, LogLevel.Information, "Principal {Name} was made at the start", EventName = "PrincipalBootstrapped")]
    public static partial void PrincipalBootstrapped(ILogger logger, string name);
}
