namespace CommandBroker.Contracts;

/// <summary>The answer to a poll.</summary>
[GenerateSerializer, Immutable]
[Alias("CommandBroker.PollReply")]
public sealed record PollReply
{
    /// <summary>Nothing is due.</summary>
    public static PollReply Idle { get; } = new() { Status = PollStatus.Idle };

    /// <summary>What the poll met. The other members are set only when it is <see cref="PollStatus.Delivered"/>.</summary>
    [Id(0)] public required PollStatus Status { get; init; }

    /// <summary>The command's number.</summary>
    [Id(1)] public long Seq { get; init; }

    /// <summary><c>command_name</c>.</summary>
    [Id(2)] public string Name { get; init; } = "";

    /// <summary><c>command_param</c>, JSON text as it was enqueued.</summary>
    [Id(3)] public string Param { get; init; } = "{}";

    /// <summary>Deliveries so far, this one included.</summary>
    [Id(4)] public int DeliveryCount { get; init; }

    /// <summary>How long the lease runs; null in <c>AtMostOnce</c>, where there is none. A duration, because agents' clocks are not trusted.</summary>
    [Id(5)] public TimeSpan? LeaseRemaining { get; init; }

    /// <summary>Whether it is handed out again under the lease that runs, as Sequential does. Such a delivery is not counted.</summary>
    [Id(6)] public bool IsRepeat { get; init; }

    /// <summary>When the command was handed out before this delivery; null when it never was. Comes back in a <see cref="ReleaseCall"/>.</summary>
    [Id(7)] public DateTimeOffset? FormerDeliveredAt { get; init; }

    /// <summary>When it is handed out; null when nothing is. Tells this delivery from others.</summary>
    [Id(9)] public DateTimeOffset? DeliveredAt { get; init; }

    /// <summary>Whether another poll may be answered with this very delivery, as in <c>Sequential</c>. Its release must not be tried twice.</summary>
    [Id(10)] public bool MayBeRepeated { get; init; }
}
