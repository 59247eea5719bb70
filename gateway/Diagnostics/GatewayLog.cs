using CommandBroker.Gateway.Identity;

namespace CommandBroker.Gateway.Diagnostics;

/// <summary>What the gateway logs. Never a token, a parameter or a result.</summary>
internal static partial class GatewayLog
{
    [LoggerMessage(2001, LogLevel.Information, "Identity read at revision {Revision}; {KeyCount} keys check tokens", EventName = "IdentityRead")]
    public static partial void IdentityRead(this ILogger log, long revision, int keyCount);

    [LoggerMessage(2002, LogLevel.Warning, "What has changed of callers could not be read; what is remembered counts on for Identity:MaxStaleness", EventName = "IdentityNotRead")]
    public static partial void IdentityNotRead(this ILogger log, Exception failure);

    [LoggerMessage(2003, LogLevel.Information, "Response with command {Seq} of source server {SourceServer} could not be sent; delivery {DeliveryCount} taken back", EventName = "DeliveryReleased")]
    public static partial void DeliveryReleased(this ILogger log, SourceServerKey sourceServer, long seq, int deliveryCount);

    [LoggerMessage(2004, LogLevel.Warning, "Response with command {Seq} of source server {SourceServer} could not be sent, and the delivery could not be taken back; its lease runs out by itself", EventName = "DeliveryNotReleased")]
    public static partial void DeliveryNotReleased(this ILogger log, Exception failure, SourceServerKey sourceServer, long seq);

    [LoggerMessage(2005, LogLevel.Error, "Request {RequestId} failed", EventName = "RequestFailed")]
    public static partial void RequestFailed(this ILogger log, Exception failure, string? requestId);

    [LoggerMessage(2006, LogLevel.Warning, "Request {RequestId} was not carried out: {Reason}", EventName = "RequestNotCarriedOut")]
    public static partial void RequestNotCarriedOut(this ILogger log, Exception failure, string? requestId, BrokerErrorReason reason);

    [LoggerMessage(2007, LogLevel.Debug, "Request {RequestId} ended by its client", EventName = "RequestAborted")]
    public static partial void RequestAborted(this ILogger log, string? requestId);

    [LoggerMessage(2023, LogLevel.Warning, "A poll of {SourceServer} got no answer from its silo, and what it may have handed out could not be taken back; a lease runs out by itself", EventName = "PollNotReleased")]
    public static partial void PollNotReleased(this ILogger log, Exception failure, SourceServerKey sourceServer);

    [LoggerMessage(2014, LogLevel.Debug, "A poll of {Server} that nobody waited for any more failed", EventName = "LatePollFailed")]
    public static partial void LatePollFailed(this ILogger log, Exception failure, SourceServerKey server);

    [LoggerMessage(2008, LogLevel.Warning, "Not ready: {Missing}", EventName = "NotReady")]
    public static partial void NotReady(this ILogger log, string missing);

    [LoggerMessage(2022, LogLevel.Warning, "Request {RequestId}: a report for source server {SourceServer} is refused; it is longer than the {MaxBytes} bytes of Gateway:MaxBodyBytes, so its command waits for another", EventName = "ReportTooLong")]
    public static partial void ReportTooLong(this ILogger log, string? requestId, SourceServerKey sourceServer, int maxBytes);

    [LoggerMessage(2009, LogLevel.Information, "Request {RequestId} refused: {Rule} {Status}, principal {PrincipalId}, from {RemoteAddress}", EventName = "CallerRefused")]
    public static partial void CallerRefused(
        this ILogger log, string? requestId, AdmissionRule rule, string? status, string? principalId, System.Net.IPAddress? remoteAddress);

    [LoggerMessage(2010, LogLevel.Warning, "Request {RequestId}: access key {AccessKey} is locked for {RemoteAddress} for {LockTimeout}: too many wrong signatures in a row", EventName = "KeyLocked")]
    public static partial void KeyLocked(this ILogger log, string? requestId, string accessKey, System.Net.IPAddress? remoteAddress, TimeSpan lockTimeout);

    [LoggerMessage(2011, LogLevel.Information, "Request {RequestId} refused: sign-ins from {RemoteAddress} or of this user must wait {Wait}", EventName = "SignInThrottled")]
    public static partial void SignInThrottled(this ILogger log, string? requestId, string remoteAddress, TimeSpan wait);

    [LoggerMessage(2013, LogLevel.Warning, "{Count} events could not be brought to the audit now; it is tried again", EventName = "AuditNotWritten")]
    public static partial void AuditNotWritten(this ILogger log, Exception failure, int count);

    [LoggerMessage(2019, LogLevel.Information, "Certificate {Path} read again; it ends at {NotAfter}", EventName = "CertificateRead")]
    public static partial void CertificateRead(this ILogger log, string path, DateTime notAfter);

    [LoggerMessage(2015, LogLevel.Warning, "Certificate {Path} has changed and cannot be used; the one before stays", EventName = "CertificateNotRead")]
    public static partial void CertificateNotRead(this ILogger log, Exception failure, string path);

    [LoggerMessage(2016, LogLevel.Information, "The external IAM answers", EventName = "IamReached")]
    public static partial void IamReached(this ILogger log);

    [LoggerMessage(2017, LogLevel.Warning, "The external IAM cannot be asked: {Reason}; tokens it found valid count on for Identity:External:MaxStale, others are answered 503", EventName = "IamLost")]
    public static partial void IamLost(this ILogger log, Exception? failure, string reason);

    [LoggerMessage(2018, LogLevel.Error, "The Keystone refuses the broker's own sign-in ({Status}): see Identity:Keystone:User, Password, Project and their domains, or ApplicationCredentialId and ApplicationCredentialSecret", EventName = "IamSignInRefused")]
    public static partial void IamSignInRefused(this ILogger log, int status);
}
