using CommandBroker.Contracts.Identity;
using CommandBroker.Core;
using CommandBroker.Storage;
using CommandBroker.Storage.Identity;
using Orleans.Runtime;

namespace CommandBroker.Grains;

/// <summary>
/// Deletes the principals that are bound to a source server, with their keys and tokens, when the source server is deleted: a key of the former one
/// must not poll a later one of the same id.
/// </summary>
internal sealed class BoundPrincipals(IdentityContext context, IdentityWrites writes)
{
    private const int MaxCredentials = 1_000;

    /// <summary>Deletes them, tells all gateways and the audit. Repeating it is harmless; with none of them it writes nothing.</summary>
    /// <param name="key">The source server.</param>
    /// <param name="actor">The name of who deletes it; null when not known.</param>
    /// <exception cref="StoreUnavailableException">They may be deleted or not; trying again is right.</exception>
    public Task DeleteAsync(SourceServerKey key, string? actor) => writes.RunAsync(() => DecideAsync(key, actor));

    private Task<IReadOnlyList<PrincipalEntry>> FindAsync(SourceServerKey key) =>
        context.Store.ListBoundPrincipalsAsync(key.ProjectId.Value, key.ServerId.Value);

    private async Task<(IdentityWrite? Write, bool IsDone)> DecideAsync(SourceServerKey key, string? actor)
    {
        IReadOnlyList<PrincipalEntry> bound = await FindAsync(key);
        if (bound.Count == 0)
        {
            return (null, true);
        }

        CallOrigin? origin = CallOrigin.Current;
        var by = new AuditActor
        {
            DomainId = bound[0].Domain.DomainId,
            Name = actor ?? IdentityContext.Broker.Name,
            PrincipalId = origin?.PrincipalId,
            RemoteAddress = origin?.RemoteAddress,
        };
        var change = new IdentityChangeSet(by, origin?.RequestId, context.Now);
        foreach (StoredPrincipal gone in bound.Select(entry => entry.Principal))
        {
            IReadOnlyList<CredentialEntry> owned = await context.Store.ListCredentialsAsync(
                new CredentialFilter { DomainId = gone.DomainId, PrincipalId = gone.PrincipalId, Limit = MaxCredentials });
            change.Tell(IdentityChangeKind.Principal, gone.PrincipalId);
            foreach (CredentialEntry credential in owned)
            {
                change.Tell(credential.Credential);
            }

            change.Note(AuditActions.PrincipalDeleted, gone.ProjectId, gone.Name, $"with source server {key.ServerId}");
        }

        return (change.ToWrite() with { DeletedPrincipals = [.. bound.Select(entry => entry.Principal.PrincipalId)] }, true);
    }
}
