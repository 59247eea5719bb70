namespace CommandBroker.Core;

/// <summary>What one source server sets differently from the broker; null members follow the broker.</summary>
public sealed record QueueOverrides
{
    /// <summary>Overrides <c>Queue:DeliveryMode</c>.</summary>
    public DeliveryMode? DeliveryMode { get; init; }

    /// <summary>Overrides <c>Queue:VisibilityTimeout</c>; 1 s to 7 days.</summary>
    public TimeSpan? VisibilityTimeout { get; init; }

    /// <summary>Overrides <c>Queue:MaxDeliveries</c>; 1 to 1,000.</summary>
    public int? MaxDeliveries { get; init; }

    /// <summary>Whether nothing is overridden.</summary>
    public bool IsEmpty => this is { DeliveryMode: null, VisibilityTimeout: null, MaxDeliveries: null };
}
