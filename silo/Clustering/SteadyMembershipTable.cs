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
    TimeProvider clock) : AdoNetClusteringTable(services, cluster, clustering, tableLog), IMembershipTable
{
    Task IMembershipTable.UpdateIAmAliveAsync(MembershipEntry entry, CancellationToken cancellationToken) =>
        MembershipWrite.UntilWrittenAsync(
            () =>
            {
                entry.IAmAliveTime = clock.GetUtcNow().UtcDateTime;
                return UpdateIAmAliveAsync(entry, cancellationToken);
            },
            log.AliveNotWritten,
            clock,
            cancellationToken);
}
