using CommandBroker.Contracts;

namespace CommandBroker.Client.Wire;

/// <summary>Between queues, pages of history and settings on the wire and the contracts.</summary>
public static class QueueMap
{
    /// <summary>Writes a queue.</summary>
    public static QueueRecord ToWire(this QueueView view) => new()
    {
        ServerId = view.ServerId,
        PendingCount = view.PendingCount,
        LeasedCount = view.LeasedCount,
        HistoryCount = view.HistoryCount,
        RemovedCount = view.RemovedCount,
        LastCommandId = CommandIdText.Format(view.LastSeq),
        Commands = [.. view.Commands.Select(CommandMap.ToWire)],
        NextAfter = view.NextAfter,
    };

    /// <summary>Reads a queue.</summary>
    public static QueueView ToView(this QueueRecord record) => new()
    {
        ServerId = record.ServerId,
        PendingCount = record.PendingCount,
        LeasedCount = record.LeasedCount,
        HistoryCount = record.HistoryCount,
        RemovedCount = record.RemovedCount,
        LastSeq = record.LastCommandId == "0" ? 0 : CommandIdText.Parse(record.LastCommandId),
        Commands = [.. record.Commands.Select(CommandMap.ToView)],
        NextAfter = record.NextAfter,
    };

    /// <summary>Writes a page of history.</summary>
    public static HistoryRecord ToWire(this HistoryPage page) => new()
    {
        Commands = [.. page.Commands.Select(CommandMap.ToWire)],
        StrayReports = [.. page.StrayReports.Select(CommandMap.ToWire)],
        NextBefore = CommandIdText.Format(page.NextBefore),
    };

    /// <summary>Reads a page of history.</summary>
    public static HistoryPage ToView(this HistoryRecord record) => new()
    {
        Commands = [.. record.Commands.Select(CommandMap.ToView)],
        StrayReports = [.. record.StrayReports.Select(CommandMap.ToView)],
        NextBefore = record.NextBefore is { } before ? CommandIdText.Parse(before) : null,
    };

    /// <summary>Writes settings.</summary>
    public static SettingsRecord ToWire(this SourceServerSettings settings) => new()
    {
        DeliveryMode = settings.DeliveryMode,
        VisibilityTimeout = settings.VisibilityTimeout is { } timeout ? DurationText.Format(timeout) : null,
        MaxDeliveries = settings.MaxDeliveries,
    };

    /// <summary>Reads settings.</summary>
    /// <exception cref="BrokerException">InvalidArgument: the visibility timeout cannot be read.</exception>
    public static SourceServerSettings ToSettings(this SettingsRecord record)
    {
        TimeSpan timeout = default;
        if (record.VisibilityTimeout is { } text && !DurationText.TryParse(text, out timeout))
        {
            throw new BrokerException(
                BrokerErrorReason.InvalidArgument,
                "visibility_timeout cannot be read; a whole number and s, m, h or d is allowed, from 1s to 7d, as in 5m.");
        }

        return new SourceServerSettings
        {
            DeliveryMode = record.DeliveryMode,
            VisibilityTimeout = record.VisibilityTimeout is null ? null : timeout,
            MaxDeliveries = record.MaxDeliveries,
        };
    }
}
