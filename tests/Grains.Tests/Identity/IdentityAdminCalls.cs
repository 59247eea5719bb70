using System.Collections.Immutable;
using CommandBroker.Contracts.Identity;

namespace CommandBroker.Grains.Tests;

/// <summary>Calls of several steps, to their end.</summary>
internal static class IdentityAdminCalls
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);

    /// <summary>The events of all pages, up to the query's limit.</summary>
    public static async Task<ImmutableArray<AuditEvent>> ReadEventsAsync(this IIdentityAdminGrain grain, AdminCaller caller, AuditQuery query)
    {
        var found = ImmutableArray.CreateBuilder<AuditEvent>();
        long? before = query.Before;
        do
        {
            (ImmutableArray<AuditEvent> page, before) = await grain.ReadAuditAsync(caller, query with { Before = before, Limit = query.Limit - found.Count });
            found.AddRange(page);
        }
        while (before is not null && found.Count < query.Limit);

        return found.ToImmutable();
    }

    /// <summary>Begins a run, and says how many secrets it has encrypted anew when it has ended.</summary>
    public static async Task<int> ReencryptAsync(this IIdentityAdminGrain grain, AdminCaller caller)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        ReencryptionView view = await grain.StartReencryptionAsync(caller);
        while (view.State == ReencryptionState.Running)
        {
            deadline.Token.ThrowIfCancellationRequested();
            view = await grain.ShowReencryptionAsync(caller);
        }

        return view.ReencryptedCount;
    }
}
