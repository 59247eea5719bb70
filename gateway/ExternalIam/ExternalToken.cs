using CommandBroker.Gateway.Identity;

namespace CommandBroker.Gateway.ExternalIam;

/// <summary>A token that an external IAM found valid, and the principal that it stands for until a project or a domain changes.</summary>
internal sealed class ExternalToken
{
    private readonly DateTimeOffset _staleUntil;
    private long _freshUntil;
    private volatile Holder _holder;

    /// <param name="identity">Whose it is, as the IAM said.</param>
    /// <param name="principal">The same as a principal of the broker.</param>
    /// <param name="tenantsNumber"><see cref="IdentityCache.TenantsNumber"/> before that was made.</param>
    /// <param name="validatedAt">When the IAM said so.</param>
    /// <param name="options">How long that counts.</param>
    public ExternalToken(
        ExternalIdentity identity, KnownPrincipal principal, long tenantsNumber, DateTimeOffset validatedAt, ExternalIamOptions options)
    {
        Identity = identity;
        _holder = new Holder(principal, tenantsNumber);
        _freshUntil = (validatedAt + options.CacheLifetime).UtcTicks;
        _staleUntil = validatedAt + options.CacheLifetime + options.MaxStale;
    }

    /// <summary>Whose it is, as the IAM said.</summary>
    public ExternalIdentity Identity { get; }

    /// <summary>When it ends; nothing stretches it beyond.</summary>
    public DateTimeOffset ExpiresAt => Identity.ExpiresAt;

    /// <summary>Whose it is; null when a project or a domain has changed since.</summary>
    public KnownPrincipal? PrincipalAt(long tenantsNumber) => _holder is { } holder && holder.TenantsNumber == tenantsNumber ? holder.Principal : null;

    /// <summary>Takes the principal that was made anew.</summary>
    public void Renew(KnownPrincipal principal, long tenantsNumber) => _holder = new Holder(principal, tenantsNumber);

    /// <summary>Whether it counts without asking again.</summary>
    public bool IsFresh(DateTimeOffset now) => now.UtcTicks < Volatile.Read(ref _freshUntil);

    /// <summary>Lets it count on for a while, because the IAM cannot be asked.</summary>
    /// <returns>False when it has counted on for as long as it may.</returns>
    public bool TryStretch(DateTimeOffset now, TimeSpan by)
    {
        if (now >= _staleUntil || now >= ExpiresAt)
        {
            return false;
        }

        DateTimeOffset until = now + by;
        Volatile.Write(ref _freshUntil, (until < _staleUntil ? until : _staleUntil).UtcTicks);
        return true;
    }

    private sealed record Holder(KnownPrincipal Principal, long TenantsNumber);
}
