using CommandBroker.Core;

namespace CommandBroker.Contracts;

/// <summary>What one source server sets differently from the broker; null members follow the broker.</summary>
[GenerateSerializer, Immutable]
[Alias("CommandBroker.SourceServerSettings")]
public sealed record SourceServerSettings
{
    /// <inheritdoc cref="QueueOverrides.DeliveryMode"/>
    [Id(0)] public DeliveryMode? DeliveryMode { get; init; }

    /// <inheritdoc cref="QueueOverrides.VisibilityTimeout"/>
    [Id(1)] public TimeSpan? VisibilityTimeout { get; init; }

    /// <inheritdoc cref="QueueOverrides.MaxDeliveries"/>
    [Id(2)] public int? MaxDeliveries { get; init; }
}
