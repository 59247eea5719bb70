using Orleans.Concurrency;
using Orleans.Runtime;

namespace CommandBroker.Silo.Clustering.Reach;

/// <inheritdoc cref="IReachService"/>
[Reentrant]
internal sealed class ReachService(
    GrainId id, Orleans.Runtime.Silo silo, ILoggerFactory loggers, DatabaseWatch watch, IClusterMembershipService membership, ILogger<ReachService> log)
    : GrainService(id, silo, loggers), IReachService
{
    public ValueTask<TimeSpan> GetAnsweredForAsync() => ValueTask.FromResult(watch.Read().AnsweredFor);

    public ValueTask BuryAsync(SiloAddress silo)
    {
        _ = DeclareDeadAsync(silo);
        return ValueTask.CompletedTask;
    }

    private async Task DeclareDeadAsync(SiloAddress silo)
    {
        try
        {
            if (await membership.TryKill(silo))
            {
                log.PartedSiloDeclaredDead(silo.ToString());
                return;
            }

            log.PartedSiloNotDeclaredDead(null, silo.ToString());
        }
#pragma warning disable CA1031 // the outermost border: nobody waits for this, and probes find the silo as well
        catch (Exception fault)
#pragma warning restore CA1031
        {
            log.PartedSiloNotDeclaredDead(fault, silo.ToString());
        }
    }
}
