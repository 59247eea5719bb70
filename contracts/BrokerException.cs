namespace CommandBroker.Contracts;

/// <summary>A call that was not carried out, with a reason a program can decide by. Crosses process borders, unlike a database provider's own exceptions.</summary>
[GenerateSerializer]
[Alias("CommandBroker.BrokerException")]
public sealed class BrokerException : Exception
{
    /// <summary>Makes one.</summary>
    /// <param name="reason">The reason.</param>
    /// <param name="message">One sentence for a person; holds no secret and no command parameter.</param>
    public BrokerException(BrokerErrorReason reason, string message)
        : base(message) => Reason = reason;

    /// <summary>Makes one with its cause, which stays in this process.</summary>
    public BrokerException(BrokerErrorReason reason, string message, Exception? innerException)
        : base(message, innerException) => Reason = reason;

    /// <summary>The reason.</summary>
    [Id(0)]
    public BrokerErrorReason Reason { get; }

    /// <summary>
    /// Whether a hand-out that the call had decided on may be stored, now or later. Whoever polled then takes it back: it was never sent.
    /// </summary>
    [Id(1)]
    public bool MayHaveHandedOut { get; init; }

    /// <summary>Whether the same call may succeed later. Calls that change something carry an idempotency key or may be repeated by nature.</summary>
    public bool IsTransient => Reason is BrokerErrorReason.QueueFull
        or BrokerErrorReason.HistoryFull
        or BrokerErrorReason.CommandsOutstanding
        or BrokerErrorReason.TenantQuotaExceeded
        or BrokerErrorReason.Throttled
        or BrokerErrorReason.StorageUnavailable
        or BrokerErrorReason.Unreachable;
}
