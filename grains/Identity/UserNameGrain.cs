using CommandBroker.Contracts.Identity;
using CommandBroker.Core;
using CommandBroker.Storage.Identity;
using Orleans.Concurrency;

namespace CommandBroker.Grains;

/// <inheritdoc cref="IUserNameGrain"/>
[StatelessWorker]
[Reentrant]
internal sealed class UserNameGrain(IdentityContext context) : Grain, IUserNameGrain, IIncomingGrainCallFilter
{
    public Task Invoke(IIncomingGrainCallContext call) => IdentityFaults.TranslateAsync(call.Invoke(), context.Logger);

    public async ValueTask<string> SettleAsync(string? userId, string? domainId, string? domainName, string? userName)
    {
        if (userId is not null)
        {
            PrincipalEntry? found = IdentityIds.IsId(userId) ? await context.Store.FindPrincipalAsync(userId) : null;
            return found is null ? $"id {userId}" : NameOf(found.Domain.DomainId, found.Principal.Name);
        }

        if (domainId is null && StorableText.IsStorable(domainName) && domainName is not null)
        {
            domainId = (await context.Store.FindDomainByNameAsync(domainName))?.DomainId;
        }

        return NameOf(domainId ?? $"domain {domainName?.ToUpperInvariant()}", userName ?? "");
    }

    private static string NameOf(string domainId, string userName) => $"{domainId}\n{userName.ToUpperInvariant()}";
}
