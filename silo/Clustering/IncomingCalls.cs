using System.Threading.Channels;
using Orleans.Runtime;

namespace CommandBroker.Silo.Clustering;

/// <summary>A sample of the grains that calls are addressed to from this silo, those that may live elsewhere. Any thread may call it.</summary>
internal sealed class IncomingCalls(ILocalSiloDetails here)
{
    // Of calls to another silo one in as many is kept: a queue that is polled every 30 s is asked to come after 4 minutes in the mean, and the question adds an eighth to its calls.
    private const int DistantRate = 8;

    // Of calls whose target is not remembered: this silo's part of the directory knows it, or nobody yet. Most of those live here, where a question costs little.
    private const int UnknownRate = 16;

    // What is not taken in time is dropped: it comes again.
    private const int MaxCount = 256;

    private readonly Channel<GrainId> _sample = Channel.CreateBounded<GrainId>(
        new BoundedChannelOptions(MaxCount) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    /// <summary>What was kept, for one reader.</summary>
    public ChannelReader<GrainId> Kept => _sample.Reader;

    /// <summary>Notes a call.</summary>
    /// <param name="target">The grain it is for.</param>
    /// <param name="known">Where that grain is remembered to live; null when it is not.</param>
    public void Note(GrainId target, SiloAddress? known)
    {
        if (known is null ? Random.Shared.Next(UnknownRate) == 0 : !known.Equals(here.SiloAddress) && Random.Shared.Next(DistantRate) == 0)
        {
            _sample.Writer.TryWrite(target);
        }
    }
}
