namespace CommandBroker.Core;

/// <summary>States in messages, in the words that the API and the command line have for them: <c>leased</c>, <c>dead_lettered</c>.</summary>
public static class StateWords
{
    /// <summary>The word for a state.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is no member of the enum.</exception>
    public static string Of(CommandState state) => state switch
    {
        CommandState.Pending => "pending",
        CommandState.Leased => "leased",
        CommandState.Succeeded => "succeeded",
        CommandState.Failed => "failed",
        CommandState.DeadLettered => "dead_lettered",
        CommandState.Cancelled => "cancelled",
        CommandState.Expired => "expired",
        CommandState.Superseded => "superseded",
        CommandState.Delivered => "delivered",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "There is no such state."),
    };
}
