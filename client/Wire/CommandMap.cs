using CommandBroker.Contracts;

namespace CommandBroker.Client.Wire;

/// <summary>Between commands and reports on the wire and the contracts.</summary>
public static class CommandMap
{
    /// <summary>Writes a command.</summary>
    public static CommandRecord ToWire(this CommandView view) => new()
    {
        CommandId = CommandIdText.Format(view.Seq),
        ServerId = view.ServerId,
        CommandName = view.Name,
        CommandParam = new RawJson(view.Param),
        State = view.State,
        Priority = view.Priority,
        TaskId = view.TaskId,
        NotBefore = view.NotBeforeAt,
        ExpiresAt = view.ExpiresAt,
        IdempotencyKey = view.IdempotencyKey,
        EnqueuedAt = view.EnqueuedAt,
        EnqueuedBy = view.EnqueuedBy,
        Version = view.Version,
        DeliveryCount = view.DeliveryCount,
        RedriveCount = view.RedriveCount,
        DeliveredAt = view.DeliveredAt,
        LeasedUntil = view.LeasedUntil,
        WaitsFor = view.WaitsFor,
        WaitsUntil = view.WaitsUntil,
        EndedAt = view.EndedAt,
        EndedBy = view.EndedBy,
        EndReason = view.EndReason,
        SupersededBy = CommandIdText.Format(view.SupersededBy),
        Result = view.Result,
        ResultDetail = view.ResultDetail is { } detail ? new RawJson(detail) : null,
    };

    /// <summary>Reads a command.</summary>
    public static CommandView ToView(this CommandRecord record) => new()
    {
        ServerId = record.ServerId,
        Seq = CommandIdText.Parse(record.CommandId),
        Name = record.CommandName,
        Param = record.CommandParam.Text,
        State = record.State,
        Priority = record.Priority,
        TaskId = record.TaskId,
        NotBeforeAt = record.NotBefore,
        ExpiresAt = record.ExpiresAt,
        IdempotencyKey = record.IdempotencyKey,
        EnqueuedAt = record.EnqueuedAt,
        EnqueuedBy = record.EnqueuedBy,
        Version = record.Version,
        DeliveryCount = record.DeliveryCount,
        RedriveCount = record.RedriveCount,
        DeliveredAt = record.DeliveredAt,
        LeasedUntil = record.LeasedUntil,
        WaitsFor = record.WaitsFor,
        WaitsUntil = record.WaitsUntil,
        EndedAt = record.EndedAt,
        EndedBy = record.EndedBy,
        EndReason = record.EndReason,
        SupersededBy = record.SupersededBy is { } successor ? CommandIdText.Parse(successor) : null,
        Result = record.Result,
        ResultDetail = record.ResultDetail?.Text,
    };

    /// <summary>Writes a report that ended no command.</summary>
    public static StrayReportRecord ToWire(this StrayReportView view) => new()
    {
        Reason = view.Reason,
        CommandName = view.Name,
        CommandId = CommandIdText.Format(view.Seq),
        Result = view.Result,
        ResultDetail = new RawJson(view.ResultDetail),
        ReportedAt = view.ReportedAt,
        ReportedBy = view.ReportedBy,
    };

    /// <summary>Reads a report that ended no command.</summary>
    public static StrayReportView ToView(this StrayReportRecord record) => new()
    {
        Reason = record.Reason,
        Name = record.CommandName,
        Seq = record.CommandId is { } commandId ? CommandIdText.Parse(commandId) : null,
        Result = record.Result,
        ResultDetail = record.ResultDetail.Text,
        ReportedAt = record.ReportedAt,
        ReportedBy = record.ReportedBy,
    };
}
