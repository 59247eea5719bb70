using System.Collections.Immutable;
using CommandBroker.Contracts.Identity;
using CommandBroker.Storage.Identity;

namespace CommandBroker.Grains;

internal sealed partial class IdentityAdminGrain
{
    public async ValueTask<ImmutableArray<string>> EndCredentialsAsync(ImmutableArray<string> names, ImmutableArray<string> credentialIds)
    {
        var ended = ImmutableArray.CreateBuilder<string>();
        foreach (string name in names)
        {
            if (await writes.RunAsync<bool>(async () => await DecideToEndAsync(name, credentialIds)))
            {
                ended.Add(name);
            }
        }

        return ended.ToImmutable();
    }

    private async Task<(IdentityWrite? Write, bool IsEnded)> DecideToEndAsync(string name, ImmutableArray<string> credentialIds)
    {
        if (await _store.FindPrincipalByNameAsync(DefaultTenant.DomainId, name) is not { Principal: { } owner })
        {
            return (null, false);
        }

        StoredCredential[] given = [.. (await ListCredentialsAsync(owner)).Select(entry => entry.Credential).Where(one => credentialIds.Contains(one.CredentialId))];
        if (given.Length == 0)
        {
            return (null, false);
        }

        DateTimeOffset now = context.Now;
        IdentityWrite write = await TellAsync(AuditActions.PrincipalChanged, BrokerItself, owner, "development credentials ended", now);
        return (write with
        {
            Principals = [owner with { PasswordHash = null, TokensValidFrom = now }],
            DeletedCredentials = [.. given.Select(one => one.CredentialId)],
        }, true);
    }
}
