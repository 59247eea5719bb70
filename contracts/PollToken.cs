using Orleans.Runtime;

namespace CommandBroker.Contracts;

/// <summary>
/// The number of one poll, drawn by the gateway: it travels beside the call, and the hand-out that the poll commits carries it. With it a gateway that got
/// no answer has taken back what nobody was given.
/// </summary>
public static class PollToken
{
    private const string Key = "commandbroker.poll";

    /// <summary>That of the call that runs; null when nobody told, as a gateway of a former release.</summary>
    public static long? Current => RequestContext.Get(Key) as long?;

    /// <summary>Lets it travel with the grain calls that the running method makes from now on, and no further.</summary>
    public static void Tell(long token) => RequestContext.Set(Key, token);
}
