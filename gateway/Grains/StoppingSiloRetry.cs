using Orleans.Runtime;

namespace CommandBroker.Gateway.Grains;

/// <summary>
/// A silo that is stopping hands back requests that still come to it, without having looked at them, and one that has ended takes no connection
/// for them; one that two silos pass to each other, as they do not yet agree on who has the queue, is given up by them. All these are sent again until
/// the cluster has noticed that the silo goes, which takes a fraction of a second, instead of being refused to agents.
/// </summary>
/// <remarks>
/// A call that a grain makes to another one may be rejected in the same words, behind a write that was made: the grains turn that into a <c>BrokerException</c> (the broker's
/// <c>SettingsFaults</c>, <c>IdentityFaults</c>), so that all that comes here as a rejection is one of the gateway's own call. Whoever lets a grain call another one does so, too.
/// </remarks>
public sealed class StoppingSiloRetry(TimeProvider clock) : IOutgoingGrainCallFilter
{
    // Orleans' own words; it has no types of its own for these. Other rejections may follow a call that was carried out.
    private const string HandedBack = "Silo stopping";
    private const string NotSent = "Exception while sending message: Orleans.Runtime.Messaging.ConnectionFailedException: Unable to connect";

    // Said only of requests that waited for an activation, which was not there or went.
    private const string PassedAround = "Forwarding failed: tried to forward message";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Timeout = TimeSpan.FromMilliseconds(1_500);

    /// <inheritdoc/>
    public async Task Invoke(IOutgoingGrainCallContext context)
    {
        long startedAt = clock.GetTimestamp();
        while (true)
        {
            try
            {
                await context.Invoke();
                return;
            }
            catch (OrleansMessageRejectionException rejected)
                when (NeverArrived(rejected.Message) && clock.GetElapsedTime(startedAt) < Timeout)
            {
                await Task.Delay(Pause, clock);
            }
        }
    }

    private static bool NeverArrived(string rejection) =>
        rejection.StartsWith(HandedBack, StringComparison.Ordinal)
        || rejection.StartsWith(NotSent, StringComparison.Ordinal)
        || rejection.StartsWith(PassedAround, StringComparison.Ordinal);
}
