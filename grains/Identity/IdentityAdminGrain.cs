using CommandBroker.Contracts.Identity;
using CommandBroker.Storage.Identity;
using Orleans.Concurrency;

namespace CommandBroker.Grains;

/// <inheritdoc cref="IIdentityAdminGrain"/>
/// <remarks>
/// One activation, whose changes take turns (<see cref="IdentityWrites"/>); a second one, as Orleans allows for a short time, decides again when the first has
/// written. Reentrant, so that a password being hashed keeps nobody waiting.
/// </remarks>
[Reentrant]
internal sealed partial class IdentityAdminGrain(
    IdentityContext context, IdentityWrites writes, TokenKeys tokenKeys, AuditFlushService audit) : Grain, IIdentityAdminGrain, IIncomingGrainCallFilter
{
    private const int MaxTenants = 1_000;

    private readonly IIdentityStore _store = context.Store;

    public Task Invoke(IIncomingGrainCallContext call) => IdentityFaults.TranslateAsync(call.Invoke(), context.Logger);

    public async ValueTask RotateTokenKeyAsync(AdminCaller caller)
    {
        caller.RequireBrokerAdmin("Rotating the key that signs tokens");
        await tokenKeys.RotateAsync(caller.Actor, caller.RequestId, endsTokens: false);
    }

    public async ValueTask EndTokensAsync(AdminCaller caller)
    {
        caller.RequireBrokerAdmin("Ending all tokens");
        await tokenKeys.RotateAsync(caller.Actor, caller.RequestId, endsTokens: true);
    }

    public async ValueTask<AuditPageView> ReadAuditAsync(AdminCaller caller, AuditQuery query)
    {
        IdentityBounds.CheckLimit(query.Limit);
        string? domainId = query.DomainId ?? (caller.IsBrokerAdmin ? null : caller.Actor.DomainId);
        if (domainId is not null && !caller.Sees(domainId))
        {
            throw AdminScope.Unknown("domain");
        }

        string? projectId = query.ProjectId ?? caller.ProjectId;
        if (caller.ProjectId is { } bound && projectId != bound)
        {
            throw AdminScope.Unknown("project");
        }

        // What this silo has noted is read, too: whoever has just done something finds it.
        await audit.FlushAsync();
        StoredAuditPage page = await _store.ReadAuditAsync(
            new AuditFilter(AuditText.Cut(domainId), AuditText.Cut(projectId), AuditText.Cut(query.ActionPrefix), query.Before, query.Limit) { After = query.After });
        return new AuditPageView([.. page.Events.Select(IdentityViews.Of)], page.NextBefore);
    }
}
