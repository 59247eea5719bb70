namespace CommandBroker.Core;

/// <summary>What an open command waits for, and until when at most; <see cref="Until"/> is null when there is no such instant.</summary>
/// <param name="For">A sentence's end: "for …".</param>
/// <param name="Until">UTC.</param>
public readonly record struct Waiting(string For, DateTimeOffset? Until)
{
    /// <summary>What a command waits for under the rules in force; null once it has ended.</summary>
    public static Waiting? Of(Command command, QueueState state, QueuePolicy policy, DateTimeOffset now) => command switch
    {
        { State: CommandState.Leased } when command.LeasedUntil > now => new Waiting("for its report", command.LeasedUntil),
        { State: CommandState.Leased } => new Waiting("for the next poll, which settles its lease that ran out", null),
        { State: CommandState.Pending } when command.NotBeforeAt > now => new Waiting("for its not-before instant", command.NotBeforeAt),
        { State: CommandState.Pending } => new Waiting(BehindLeases(state, policy, now) ?? "for a poll", command.ExpiresAt),
        _ => null,
    };

    private static string? BehindLeases(QueueState state, QueuePolicy policy, DateTimeOffset now) => policy.DeliveryMode switch
    {
        DeliveryMode.Sequential when state.RunningCount(now) > 0 => "for the report of the command before it",
        DeliveryMode.Queue when state.RunningCount(now) >= policy.MaxOutstandingCount => "for a report, as Queue:MaxOutstandingCount leases run",
        _ => null,
    };
}
