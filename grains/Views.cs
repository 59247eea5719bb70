using CommandBroker.Contracts;
using CommandBroker.Core;
using CommandBroker.Storage;

namespace CommandBroker.Grains;

/// <summary>Translates what core and storage say into what crosses a process border.</summary>
internal static class Views
{
    public static PollReply Of(PollOutcome outcome, DateTimeOffset now) => outcome.Delivered switch
    {
        null when outcome.LimitReached => new PollReply { Status = PollStatus.TooManyOutstanding },
        null => PollReply.Idle,
        Command command => new PollReply
        {
            Status = PollStatus.Delivered,
            Seq = command.Seq,
            Name = command.Name,
            Param = command.Param,
            DeliveryCount = command.DeliveryCount,
            LeaseRemaining = command.LeasedUntil - now,
            IsRepeat = outcome.IsRepeat,
            FormerDeliveredAt = outcome.FormerDeliveredAt,
            DeliveredAt = command.DeliveredAt,
            MayBeRepeated = outcome.MayBeRepeated,
        },
    };

    public static ReportReplyStatus Of(ReportStatus status) => status switch
    {
        ReportStatus.Ended => ReportReplyStatus.Ended,
        ReportStatus.Repeated => ReportReplyStatus.Repeated,
        ReportStatus.KeptAsStray => ReportReplyStatus.KeptAsStray,
        ReportStatus.NotedOnCancelled => ReportReplyStatus.NotedOnCancelled,
        ReportStatus.NotOutstanding => ReportReplyStatus.NotOutstanding,
        ReportStatus.Contradicting => ReportReplyStatus.Contradicting,
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "History was given, so it cannot be asked for again."),
    };

    public static EnqueueReply Of(EnqueueOutcome outcome) => outcome.Status switch
    {
        EnqueueStatus.Enqueued => new EnqueueReply { Seq = outcome.Seq },
        EnqueueStatus.WasThere => new EnqueueReply { Seq = outcome.Seq, WasThere = true },
        EnqueueStatus.KeyConflict => Refused(BrokerErrorReason.KeyConflict, outcome),
        EnqueueStatus.QueueFull => Refused(BrokerErrorReason.QueueFull, outcome),
        EnqueueStatus.HistoryFull => Refused(BrokerErrorReason.HistoryFull, outcome),
        _ => Refused(BrokerErrorReason.InvalidArgument, outcome),
    };

    public static CommandView Of(ServerId serverId, Command command, QueueState queue, QueuePolicy policy, DateTimeOffset now)
    {
        Waiting? waiting = Waiting.Of(command, queue, policy, now);
        return new CommandView
        {
            ServerId = serverId.Value,
            Seq = command.Seq,
            Name = command.Name,
            Param = command.Param,
            TaskId = command.TaskId,
            Priority = command.Priority,
            NotBeforeAt = command.NotBeforeAt,
            ExpiresAt = command.ExpiresAt,
            IdempotencyKey = command.IdempotencyKey,
            EnqueuedAt = command.EnqueuedAt,
            EnqueuedBy = command.EnqueuedBy,
            Version = command.Version,
            State = command.State,
            DeliveryCount = command.DeliveryCount,
            RedriveCount = command.OperatorRedriveCount,
            DeliveredAt = command.LastHandOutAt,
            LeasedUntil = command.LeasedUntil,
            WaitsFor = waiting?.For,
            WaitsUntil = waiting?.Until,
            EndedAt = command.Outcome?.EndedAt,
            EndedBy = command.Outcome?.EndedBy,
            EndReason = command.Outcome?.Reason,
            SupersededBy = command.Outcome?.SupersededBy,
            Result = command.Outcome?.Result,
            ResultDetail = command.Outcome?.ResultDetail,
        };
    }

    public static StrayReportView Of(StrayReport report) => new()
    {
        Reason = report.Reason,
        Name = report.Name,
        Seq = report.Seq,
        Result = report.Result,
        ResultDetail = report.ResultDetail,
        ReportedAt = report.ReportedAt,
        ReportedBy = report.ReportedBy,
    };

    public static SourceServerView Of(SourceServer server, DateTimeOffset? notedVisit, TimeSpan connectedTimeout, DateTimeOffset now)
    {
        DateTimeOffset? lastVisit = notedVisit > server.LastVisitAt || server.LastVisitAt is null ? notedVisit : server.LastVisitAt;
        return new SourceServerView
        {
            ServerId = server.Key.ServerId.Value,
            Name = server.Name,
            OsType = server.OsType,
            Details = server.Details,
            RegisteredAt = server.RegisteredAt,
            LastVisitAt = lastVisit,
            Connected = now - lastVisit <= connectedTimeout,
            QuarantineReason = server.QuarantineReason,
        };
    }

    private static EnqueueReply Refused(BrokerErrorReason reason, EnqueueOutcome outcome) => new() { Error = reason, Message = outcome.Message };
}
