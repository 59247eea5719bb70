using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using CommandBroker.Contracts.Identity;

namespace CommandBroker.Client;

/// <summary>Follows the audit by reading what is newer than the last number seen; works over every transport.</summary>
internal static class AuditFollower
{
    public static async IAsyncEnumerable<AuditEvent> FollowAsync(
        IIdentityClient client,
        AuditQuery query,
        TimeSpan? interval,
        TimeProvider time,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(interval ?? TimeSpan.FromSeconds(2), time);
        long? last = null;
        do
        {
            foreach (AuditEvent audit in await ReadNewAsync(client, query, last, cancellationToken))
            {
                yield return audit;
                last = audit.AuditNo;
            }

            // An audit that was empty at the first look has nothing that is older than what comes.
            last ??= 0;
        }
        while (await timer.WaitForNextTickAsync(cancellationToken));
    }

    // Pages backwards until a number that was seen, so that a burst longer than a page is told whole.
    private static async Task<IEnumerable<AuditEvent>> ReadNewAsync(
        IIdentityClient client, AuditQuery query, long? last, CancellationToken cancellationToken)
    {
        var found = new Stack<AuditEvent>();
        long? before = null;
        while (true)
        {
            ImmutableArray<AuditEvent> page = await client.ReadAuditAsync(query with { Before = before, After = last is > 0 ? last : null }, cancellationToken);
            foreach (AuditEvent audit in page)
            {
                if (audit.AuditNo <= last)
                {
                    return found;
                }

                found.Push(audit);
            }

            if (last is null || page.Length < query.Limit)
            {
                return found;
            }

            before = page[^1].AuditNo;
        }
    }
}
