namespace CommandBroker.Core;

/// <summary>
/// The rules of the queue: one pure function per verb, from (queue, input, policy, now) to (queue, changes, outcome). None of them
/// reads a clock, waits, or knows who calls. Time moves only when a verb is called; order comes from priority and sequence numbers.
/// </summary>
/// <remarks>
/// <code>
///              enqueue                 poll                  report success
/// (idempotency key) --> Pending --------------> Leased ---------------------> Succeeded
///                        |  ^                    | | +---- report fail -----> Failed
///                        |  +- response not sent,| |
///                        |     or lease expired -+ +------ deliveries used up -> DeadLettered -- redrive --> Pending
///                        +-- cancel --> Cancelled      (also from Leased)
///                        +-- time to live over --> Expired
///                        +-- a later command of its task replaces it --> Superseded
/// </code>
/// In AtMostOnce a poll goes straight to Delivered. A report ends a command whatever the broker's own timeouts did to it meanwhile.
/// </remarks>
public static partial class CommandQueue
{
    private static Transition<TOutcome> Unchanged<TOutcome>(QueueState state, TOutcome outcome) => new(state, [], outcome);

    private static Command End(Command command, CommandState state, DateTimeOffset now, string actor, string reason) => command with
    {
        State = state,
        LeasedUntil = null,
        Outcome = new Outcome
        {
            EndedAt = now,
            EndedBy = actor,
            Reason = reason,
        },
    };

    private static Command Supersede(Command command, DateTimeOffset now, string actor, long successor, string reason)
    {
        Command ended = End(command, CommandState.Superseded, now, actor, reason);
        return ended with { Outcome = ended.Outcome! with { SupersededBy = successor } };
    }
}
