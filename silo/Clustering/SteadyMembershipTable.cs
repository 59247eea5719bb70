using CommandBroker.Storage;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime.MembershipService;

namespace CommandBroker.Silo.Clustering;

/// <summary>
/// Orleans' table of silos in the database, where a silo's word that it lives is written again at once when that failed. Orleans itself waits
/// 2 s after the first failure, and twice as long after each further one, up to a minute: after an outage of the database living silos would
/// look silent for long, and to whom looks silent a silo that stops does not say that it goes.
/// </summary>
internal sealed class SteadyMembershipTable(
    IServiceProvider services,
    IOptions<ClusterOptions> cluster,
    IOptions<AdoNetClusteringSiloOptions> clustering,
    ILogger<AdoNetClusteringTable> tableLog,
    ILogger<SteadyMembershipTable> log,
    IHostApplicationLifetime lifetime,
    TimeProvider clock) : AdoNetClusteringTable(services, cluster, clustering, tableLog), IMembershipTable
{
    async Task IMembershipTable.UpdateIAmAliveAsync(MembershipEntry entry, CancellationToken cancellationToken)
    {
        // Orleans hands in a token that never ends, and its stop waits for this.
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        await MembershipWrite.UntilWrittenAsync(
            attempt =>
            {
                entry.IAmAliveTime = clock.GetUtcNow().UtcDateTime;
                return UpdateIAmAliveAsync(entry, attempt);
            },
            log.AliveNotWritten,
            clock,
            ending.Token);
    }
}
