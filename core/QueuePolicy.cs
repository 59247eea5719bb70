namespace CommandBroker.Core;

/// <summary>The rules and limits one transition is decided by. Immutable; bounds are checked where the settings are read.</summary>
public sealed record QueuePolicy
{
    /// <summary>What a poll hands out; default <see cref="Core.DeliveryMode.Queue"/>.</summary>
    public DeliveryMode DeliveryMode { get; init; } = DeliveryMode.Queue;

    /// <summary>The length of a lease; default 5 minutes.</summary>
    public TimeSpan VisibilityTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Deliveries before a command is dead-lettered; default 10.</summary>
    public int MaxDeliveries { get; init; } = 10;

    /// <summary>Whether <see cref="MaxDeliveries"/> is the source server's own, so that an end that it decides names the right setting.</summary>
    public bool HasOwnMaxDeliveries { get; init; }

    /// <summary>Pending commands a queue holds; the next enqueue is refused. Default 1,000.</summary>
    public int MaxPendingCount { get; init; } = 1_000;

    /// <summary>Running leases at one time; a poll hands out nothing more. Default 100.</summary>
    public int MaxOutstandingCount { get; init; } = 100;

    /// <summary>Ended commands kept for one source server; an enqueue beyond is refused until retention has removed some. Default 100,000.</summary>
    public int MaxHistoryCount { get; init; } = 100_000;

    /// <summary>The longest <c>command_param</c>, in UTF-8 bytes. Default 65,536.</summary>
    public int MaxParamBytes { get; init; } = 65_536;

    /// <summary>The time to live of an enqueue that names none; null means no limit, the default.</summary>
    public TimeSpan? DefaultTimeToLive { get; init; }

    /// <summary>Which names end which never delivered commands of the same task; default none.</summary>
    public SupersessionRules Supersede { get; init; } = SupersessionRules.None;

    /// <summary>This policy with what one source server sets differently.</summary>
    public QueuePolicy With(QueueOverrides? overrides) => overrides is null || overrides.IsEmpty ? this : this with
    {
        DeliveryMode = overrides.DeliveryMode ?? DeliveryMode,
        VisibilityTimeout = overrides.VisibilityTimeout ?? VisibilityTimeout,
        MaxDeliveries = overrides.MaxDeliveries ?? MaxDeliveries,
        HasOwnMaxDeliveries = overrides.MaxDeliveries is not null,
    };
}
