using CommandBroker.Contracts.Identity;
using CommandBroker.Storage.Identity;

namespace CommandBroker.Grains;

/// <summary>
/// Remembers what a start gave and an administrator deleted, so that the next start does not bring it back. A setting outlives the principal that it
/// made: without this, deleting the owner of a leaked token would help until the next restart only.
/// </summary>
internal static class GivenOnce
{
    /// <summary>What to remember of a principal that a start makes: its name, where only a missing one is made.</summary>
    public static IEnumerable<StoredGiven> MadeBy(BootstrapPrincipal given) =>
        given.OnlyIfMissing ? [new StoredGiven(IdOfName(given.Principal.Name), IsEnded: false)] : [];

    /// <summary>
    /// What to remember of a principal that is deleted: nothing, unless a start made it or the settings of this silo may. Only starts give tokens, so one that owns a
    /// token was given.
    /// </summary>
    public static IEnumerable<StoredGiven> EndedWith(
        StoredPrincipal gone, IEnumerable<CredentialEntry> owned, IReadOnlyCollection<StoredGiven> known, string? bootstrapAdmin)
    {
        if (gone.DomainId != DefaultTenant.DomainId)
        {
            yield break;
        }

        string nameId = IdOfName(gone.Name);
        string[] tokens = [.. owned.Where(entry => entry.Credential.Kind == CredentialKind.Token).Select(entry => entry.Credential.CredentialId)];
        if (tokens.Length > 0 || gone.Name.Equals(bootstrapAdmin, StringComparison.OrdinalIgnoreCase) || known.Any(given => given.GivenId == nameId))
        {
            yield return new StoredGiven(nameId, IsEnded: true);
        }

        foreach (string token in tokens)
        {
            yield return new StoredGiven(token, IsEnded: true);
        }
    }

    /// <summary>Whether what a start gives was deleted: its token or, of one that is only made when it is missing, its name.</summary>
    public static bool WasDeleted(BootstrapPrincipal given, IReadOnlyCollection<StoredGiven> known)
    {
        return (given.TokenHash is { } hash && IsEnded(hash)) || (given.OnlyIfMissing && IsEnded(IdOfName(given.Principal.Name)));

        bool IsEnded(string id) => known.Any(one => one.IsEnded && one.GivenId == id);
    }

    // A hash, as a token's id is one.
    private static string IdOfName(string name) => IdentityIds.Hash($"principal {name.ToUpperInvariant()}");
}
