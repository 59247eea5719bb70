using System.Collections.Frozen;
using CommandBroker.Core;
using CommandBroker.Storage;
using CommandBroker.Storage.Identity;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CommandBroker.Grains;

/// <summary>
/// The projects that have a quota of pending commands, and this silo's count of each. A project without one costs an enqueue one look at a
/// dictionary; one that has it is counted in the store at most once in <c>Queue:QuotaInterval</c>, and only while it enqueues.
/// </summary>
internal sealed class PendingQuotas(IBrokerDatabase database, IOptions<QueueOptions> options, TimeProvider clock, ILogger<PendingQuotas> logger)
{
    private readonly TimeSpan _interval = options.Value.QuotaInterval;
    private FrozenDictionary<string, CountedQuota> _quotas = FrozenDictionary<string, CountedQuota>.Empty;

    /// <summary>The quota of a source server's project; null when it has none.</summary>
    public CountedQuota? Find(SourceServerKey key)
    {
        FrozenDictionary<string, CountedQuota> quotas = Volatile.Read(ref _quotas);
        return quotas.Count > 0 && quotas.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(key.ProjectText, out CountedQuota? quota) ? quota : null;
    }

    /// <summary>Makes room for commands that are to be committed; counts first when the last count is too old.</summary>
    /// <returns>To be disposed of when the commands are committed and noted, or are not there.</returns>
    public async ValueTask<QuotaRoom> ReserveAsync(CountedQuota quota, int count)
    {
        double age = quota.AgeIn(_interval, clock);
        if (age >= 1)
        {
            Task counting = quota.CountAsync(database.Commands, clock, logger);

            // Somewhat old will do while a new count is on its way; older than that says too little.
            if (age >= 2)
            {
                await counting;
            }
        }

        return quota.Pending.TryReserve(count) ? new QuotaRoom(quota.Pending, count) : default;
    }

    /// <summary>Reads which projects have a quota. A failure is logged and leaves those last read.</summary>
    public async Task RefreshAsync()
    {
        try
        {
            FrozenDictionary<string, CountedQuota> before = _quotas;
            var after = new Dictionary<string, CountedQuota>(StringComparer.Ordinal);
            foreach (StoredProject project in await database.Identities.ListProjectsWithPendingQuotaAsync())
            {
                int limit = project.MaxPendingCommands!.Value;
                CountedQuota quota = before.GetValueOrDefault(project.ProjectId) ?? new CountedQuota(ProjectId.Parse(project.ProjectId), limit);
                quota.Pending.Limit = limit;
                after.Add(project.ProjectId, quota);
            }

            Volatile.Write(ref _quotas, after.ToFrozenDictionary(StringComparer.Ordinal));
        }
#pragma warning disable CA1031 // the outermost border: a host ends with its background work, and quotas that are a little old harm nobody
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Log.QuotasNotRead(logger, exception);
        }
    }
}
