using CommandBroker.Core;
using Microsoft.Extensions.Logging;

namespace CommandBroker.Grains;

/// <summary>What the grains log: past facts, never a command's parameters.</summary>
internal static partial class Log
{
    [LoggerMessage(1001, LogLevel.Warning, "Another activation of source server {SourceServer} had written first; deciding again, round {Round}", EventName = "CommitConflicted")]
    public static partial void CommitConflicted(ILogger logger, SourceServerKey sourceServer, int round);

    [LoggerMessage(1002, LogLevel.Information, "Command {Seq} of source server {SourceServer} was redriven by {Actor}, request {RequestId}", EventName = "CommandRedriven")]
    public static partial void CommandRedriven(ILogger logger, SourceServerKey sourceServer, long seq, string actor, string? requestId);

    [LoggerMessage(1003, LogLevel.Information, "Source server {SourceServer} was given settings of its own", EventName = "SourceServerConfigured")]
    public static partial void SourceServerConfigured(ILogger logger, SourceServerKey sourceServer);

    [LoggerMessage(1004, LogLevel.Information, "Source server {SourceServer} was deleted", EventName = "SourceServerDeleted")]
    public static partial void SourceServerDeleted(ILogger logger, SourceServerKey sourceServer);

    [LoggerMessage(1019, LogLevel.Warning, "Source server {SourceServer}: {Count} deliveries that no agent got may be stored, and their activation ends; in AtMostOnce those commands have ended", EventName = "UnknownDeliveryForgotten")]
    public static partial void UnknownDeliveryForgotten(ILogger logger, Exception? exception, SourceServerKey sourceServer, int count);

    [LoggerMessage(1020, LogLevel.Warning, "Source servers that were deleted behind an enqueue could not be looked for; the next step tries again", EventName = "RestoreFailed")]
    public static partial void RestoreFailed(ILogger logger, Exception exception);

    [LoggerMessage(1018, LogLevel.Warning, "Source server {SourceServer} is registered again: a silo that did not know of its deletion acknowledged an enqueue behind it", EventName = "SourceServerRestored")]
    public static partial void SourceServerRestored(ILogger logger, SourceServerKey sourceServer);

    [LoggerMessage(1005, LogLevel.Information, "Retention removed {Count} commands that had ended before {EndedBefore:O}", EventName = "HistoryPurged")]
    public static partial void HistoryPurged(ILogger logger, int count, DateTimeOffset endedBefore);

    [LoggerMessage(1006, LogLevel.Warning, "Retention could not remove old commands now; it tries again after Queue:PurgeInterval", EventName = "PurgeFailed")]
    public static partial void PurgeFailed(ILogger logger, Exception exception);

    [LoggerMessage(1007, LogLevel.Warning, "Noted visits could not be written; last_visit_time falls behind until a later write succeeds", EventName = "VisitFlushFailed")]
    public static partial void VisitFlushFailed(ILogger logger, Exception exception);

    [LoggerMessage(1008, LogLevel.Error, "What is stored of source server {SourceServer} cannot be read; it is quarantined: {Reason}", EventName = "SourceServerQuarantined")]
    public static partial void SourceServerQuarantined(ILogger logger, SourceServerKey sourceServer, string reason);

    [LoggerMessage(1009, LogLevel.Warning, "The store did not serve source server {SourceServer}; its queue is read anew with the next call", EventName = "StoreRefused")]
    public static partial void StoreRefused(ILogger logger, Exception exception, SourceServerKey sourceServer);

    [LoggerMessage(1022, LogLevel.Error, "No agent got the delivery of command {Seq} of source server {SourceServer}, and it is not taken back: what is stored of it cannot be read", EventName = "DeliveryNotTakenBack")]
    public static partial void DeliveryNotTakenBack(ILogger logger, Exception exception, SourceServerKey sourceServer, long seq);

    [LoggerMessage(1021, LogLevel.Error, "The ended commands of source server {SourceServer} cannot all be read. A signed report that arrives twice may count as a new one, and what an unsent delivery has overtaken stays ended: {Reason}", EventName = "HistoryUnreadable")]
    public static partial void HistoryUnreadable(ILogger logger, SourceServerKey sourceServer, string reason);

    [LoggerMessage(1012, LogLevel.Error, "The store refuses to serve {What}; that does not mend by itself", EventName = "StoreFailed")]
    public static partial void StoreFailed(ILogger logger, Exception exception, string what);

    [LoggerMessage(1013, LogLevel.Warning, "The store did not serve {What}", EventName = "StoreNotServing")]
    public static partial void StoreNotServing(ILogger logger, Exception exception, string what);

    [LoggerMessage(1010, LogLevel.Warning, "Quotas of projects could not be read; those last read stay in force", EventName = "QuotasNotRead")]
    public static partial void QuotasNotRead(ILogger logger, Exception exception);

    [LoggerMessage(1011, LogLevel.Warning, "Pending commands of project {ProjectId} could not be counted; the last count stays in force", EventName = "QuotaNotCounted")]
    public static partial void QuotaNotCounted(ILogger logger, Exception exception, ProjectId projectId);

    [LoggerMessage(1014, LogLevel.Information, "Source server {SourceServer}: delivery {DeliveryCount} of command {Seq} is taken back: its commit had failed for its agent and was carried out all the same", EventName = "UnknownDeliveryTakenBack")]
    public static partial void UnknownDeliveryTakenBack(ILogger logger, SourceServerKey sourceServer, long seq, int deliveryCount);

    [LoggerMessage(1015, LogLevel.Warning, "Command {Seq} of source server {SourceServer} was dead-lettered: {Reason}", EventName = "CommandDeadLettered")]
    public static partial void CommandDeadLettered(ILogger logger, SourceServerKey sourceServer, long seq, string reason);

    [LoggerMessage(1016, LogLevel.Warning, "Commands that time has ended could not be looked for; it is tried again after Queue:SweepInterval", EventName = "SweepFailed")]
    public static partial void SweepFailed(ILogger logger, Exception exception);

    [LoggerMessage(1017, LogLevel.Warning, "What time has done to source server {SourceServer} could not be settled; the next round or call does it", EventName = "NotSettled")]
    public static partial void NotSettled(ILogger logger, Exception exception, SourceServerKey sourceServer);
}
