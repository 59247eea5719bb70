using CommandBroker.Contracts.Identity;
using CommandBroker.Storage.Identity;

namespace CommandBroker.Grains;

/// <summary>
/// Remembers what a start gave and an administrator deleted, so that the next start does not bring it back. A setting outlives the principal that it
/// made: without this, deleting the owner of a leaked token would help until the next restart only.
/// </summary>
internal static class GivenOnce
{
    // No setting is in use for so long, and every store can hold it.
    private static readonly DateTimeOffset Always = new(9000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>What to remember of a principal that is deleted: its given tokens, and its name where the settings may have given it a password.</summary>
    public static IEnumerable<StoredRevocation> EndedWith(StoredPrincipal gone, IEnumerable<CredentialEntry> owned)
    {
        foreach (CredentialEntry entry in owned.Where(entry => entry.Credential.Kind == CredentialKind.Token))
        {
            yield return new StoredRevocation(entry.Credential.CredentialId, Always);
        }

        if (gone.DomainId == DefaultTenant.DomainId)
        {
            yield return new StoredRevocation(IdOfName(gone.Name), Always);
        }
    }

    /// <summary>Whether what a start gives was deleted: its token or, of one that is only made when it is missing, its name.</summary>
    public static bool WasDeleted(BootstrapPrincipal given, IReadOnlyCollection<string> revoked) =>
        (given.TokenHash is { } hash && revoked.Contains(hash)) || (given.OnlyIfMissing && revoked.Contains(IdOfName(given.Principal.Name)));

    // A hash, so that it has the form of a token's id.
    private static string IdOfName(string name) => IdentityIds.Hash($"principal {name.ToUpperInvariant()}");
}
