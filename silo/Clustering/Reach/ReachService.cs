using Orleans.Concurrency;
using Orleans.Runtime;

namespace CommandBroker.Silo.Clustering.Reach;

/// <inheritdoc cref="IReachService"/>
[Reentrant]
internal sealed class ReachService(
    GrainId id, Orleans.Runtime.Silo silo, ILoggerFactory loggers, ReachReader reader, IClusterMembershipService membership, ILogger<ReachService> log)
    : GrainService(id, silo, loggers), IReachService
{
    public ValueTask<TimeSpan> GetAnsweredForAsync(TimeSpan longestPause) => ValueTask.FromResult(reader.AnsweredFor(longestPause));

    public ValueTask DeclareDeadAsync(SiloAddress silo)
    {
        _ = BeginAsync(silo);
        return ValueTask.CompletedTask;
    }

    private async Task BeginAsync(SiloAddress silo)
    {
        try
        {
            // Only hands it to Orleans, which writes it, again and again if need be, and says true in any case.
            await membership.TryKill(silo);
            log.PartedSiloReported(silo.ToString());
        }
#pragma warning disable CA1031 // the outermost border: nobody waits for this, and probes find the silo as well
        catch (Exception fault)
#pragma warning restore CA1031
        {
            log.PartedSiloNotDeclaredDead(fault, silo.ToString());
        }
    }
}
