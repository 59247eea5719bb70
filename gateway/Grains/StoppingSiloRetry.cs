using Orleans.Runtime;

namespace CommandBroker.Gateway.Grains;

/// <summary>
/// A silo that is stopping hands back requests that still come to it, without having looked at them. They are sent again until the
/// gateway has noticed that the silo goes, which takes a fraction of a second, instead of being refused to agents.
/// </summary>
public sealed class StoppingSiloRetry(TimeProvider clock) : IOutgoingGrainCallFilter
{
    // Orleans' own words; it has no type of its own for this. Other rejections may follow a call that was carried out.
    private const string HandedBack = "Silo stopping";

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
                when (rejected.Message.StartsWith(HandedBack, StringComparison.Ordinal) && clock.GetElapsedTime(startedAt) < Timeout)
            {
                await Task.Delay(Pause, clock);
            }
        }
    }
}
