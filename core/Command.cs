namespace CommandBroker.Core;

/// <summary>One unit of work for one source server, immutable; every change makes a new one with the next <see cref="Version"/>.</summary>
public sealed record Command
{
    /// <summary>The longest <see cref="Name"/>, <c>task_id</c> and <c>bucket</c>, in characters (vendor's API page).</summary>
    public const int MaxNameLength = 255;

    /// <summary>The longest <see cref="IdempotencyKey"/>, in characters.</summary>
    public const int MaxKeyLength = 255;

    /// <summary>What <see cref="RedriveCount"/> has besides redrives when a hand-out that had ended the command was taken back.</summary>
    public const int TakenBackMark = 1 << 30;

    private static readonly TimeSpan DefaultMark = TimeSpan.FromTicks(1);

    /// <summary>The command's number within its source server, from 1, rising in the order of acknowledgement, never reused. It is the command id on the wire.</summary>
    public required long Seq { get; init; }

    /// <summary><c>command_name</c>, 1 to 255 characters. Data: no rule depends on a name, only the operator's supersession rules do.</summary>
    public required string Name { get; init; }

    /// <summary><c>command_param</c>: the text of one JSON object, handed out byte for byte as it was enqueued.</summary>
    public required string Param { get; init; }

    /// <summary>The <c>task_id</c> inside <see cref="Param"/>; null when there is none. Order and supersession look at commands of one task.</summary>
    public string? TaskId { get; init; }

    /// <summary>Higher is handed out first; -100 to 100, default 0.</summary>
    public int Priority { get; init; }

    /// <summary>Not handed out before this instant; null means at once.</summary>
    public DateTimeOffset? NotBeforeAt { get; init; }

    /// <summary>
    /// The longest wait before it ends as Expired, counted from <see cref="EnqueuedAt"/>; more than zero, at most 3,650 days; null means no
    /// limit. As <see cref="ByDefault"/> has it when the enqueue named none.
    /// </summary>
    public TimeSpan? TimeToLive { get; init; }

    /// <summary>The enqueuer's name for this enqueue, unique within the source server while the command is retained; null when none was sent.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>Whether its enqueue asked to replace the never delivered commands of its task.</summary>
    public bool SupersedesTask { get; init; }

    /// <summary>When it was enqueued, UTC.</summary>
    public required DateTimeOffset EnqueuedAt { get; init; }

    /// <summary>The principal that enqueued it.</summary>
    public required string EnqueuedBy { get; init; }

    /// <summary>1 when enqueued, one more with every change. A store writes version n only over version n - 1.</summary>
    public int Version { get; init; } = 1;

    /// <summary>Where the command stands.</summary>
    public CommandState State { get; init; }

    /// <summary>Deliveries so far: 1 in the first. Starts again from 0 with a redrive.</summary>
    public int DeliveryCount { get; init; }

    /// <summary>
    /// How often it was put back from the dead letters; <see cref="TakenBackMark"/> more when it had ended by a delivery that was never sent.
    /// Other than 0 says to a store that it may be open again though it had ended.
    /// </summary>
    public int RedriveCount { get; init; }

    /// <summary>When it was last handed out in a response of which a byte may have left; null when never.</summary>
    public DateTimeOffset? DeliveredAt { get; init; }

    /// <summary>When its lease ends; null unless <see cref="State"/> is Leased.</summary>
    public DateTimeOffset? LeasedUntil { get; init; }

    /// <summary>The first later command of the same task that was handed out after this one, which must not be redelivered. Null when there is none.</summary>
    public long? OvertakenBy { get; init; }

    /// <summary>How it ended; null exactly while it is Pending or Leased.</summary>
    public Outcome? Outcome { get; init; }

    /// <summary>How often an operator put it back.</summary>
    public int OperatorRedriveCount => RedriveCount & ~TakenBackMark;

    /// <summary>When it was last handed out, for people: <see cref="DeliveredAt"/> without what the queue keeps in its last digits.</summary>
    public DateTimeOffset? LastHandOutAt => Showings.InstantOf(this);

    /// <summary>When its time to live is over; null when it has none. A redrive is an operator's word that it is still wanted, so it lifts it.</summary>
    public DateTimeOffset? ExpiresAt => OperatorRedriveCount == 0 ? EnqueuedAt + TimeToLive - (HasDefaultTimeToLive ? DefaultMark : default) : null;

    /// <summary>Whether its time to live is the default of its time: its enqueue named none, whatever the default is now.</summary>
    public bool HasDefaultTimeToLive => TimeToLive?.Ticks % 10 == DefaultMark.Ticks;

    /// <summary>A default time to live as it is kept: one tick (100 ns) longer than a whole number of microseconds, which tells it from one that was named.</summary>
    public static TimeSpan? ByDefault(TimeSpan? timeToLive) => timeToLive is { } length ? TimeSpan.FromTicks(length.Ticks - (length.Ticks % 10)) + DefaultMark : null;

    /// <summary>Whether it is still to be worked on: Pending or Leased.</summary>
    public bool IsOpen => State is CommandState.Pending or CommandState.Leased;

    /// <summary>Whether an agent may know of it, so that only an agent's report or an operator may end it as done.</summary>
    public bool MayBeKnown => DeliveredAt is not null;
}
