using System.Collections.Frozen;
using System.Collections.Immutable;
using CommandBroker.Gateway.Diagnostics;
using CommandBroker.Gateway.Grains;

namespace CommandBroker.Gateway.Identity;

/// <summary>The credentials as they were last read. Reading fails for a while without harm: the last good set stays in force.</summary>
internal sealed class CredentialCache(IBrokerGrains grains, ILogger<CredentialCache> log)
{
    private volatile FrozenDictionary<TokenHash, Principal>? _principals;

    /// <summary>Whether the credentials have been read at least once; before, nobody can be told from anybody.</summary>
    public bool IsLoaded => _principals is not null;

    /// <summary>Whose token it is; null when nobody's.</summary>
    public Principal? Find(in TokenHash hash) => _principals is { } principals && principals.TryGetValue(hash, out Principal? principal) ? principal : null;

    /// <summary>Reads the credentials. A failure is logged and leaves the last good set.</summary>
    /// <returns>Whether they were read.</returns>
    public async Task<bool> RefreshAsync(CancellationToken cancellationToken)
    {
        try
        {
            Load(await grains.Credentials.ReadAsync().AsTask().WaitAsync(cancellationToken));
            return true;
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            // The outermost border of the refresh: whatever it was, the next round tries again.
            log.CredentialsNotRead(failure);
            return false;
        }
    }

    private void Load(ImmutableArray<CredentialRecord> credentials)
    {
        var principals = new Dictionary<TokenHash, Principal>(credentials.Length);
        foreach (CredentialRecord credential in credentials)
        {
            principals[TokenHash.FromHex(credential.TokenHash)] = new Principal(credential.Principal, credential.Role);
        }

        if (_principals is null)
        {
            log.CredentialsRead(principals.Count);
        }

        _principals = principals.ToFrozenDictionary();
    }
}
