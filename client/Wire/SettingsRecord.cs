using CommandBroker.Core;

namespace CommandBroker.Client.Wire;

/// <summary>What <c>/api/v1/sources/{server_id}/settings</c> reads and replaces; an absent member follows the broker.</summary>
public sealed record SettingsRecord
{
    /// <summary>What a poll hands out.</summary>
    public DeliveryMode? DeliveryMode { get; init; }

    /// <summary>The length of a lease, <c>1s</c> to <c>7d</c>.</summary>
    public string? VisibilityTimeout { get; init; }

    /// <summary>Deliveries before a command is dead-lettered, 1 to 1,000.</summary>
    public int? MaxDeliveries { get; init; }
}
