using CommandBroker.Gateway.Identity;

namespace CommandBroker.Gateway.ExternalIam;

/// <summary>A token that an external IAM found valid.</summary>
internal sealed class ExternalToken
{
    private readonly DateTimeOffset _staleUntil;
    private long _freshUntil;

    /// <param name="principal">Whose it is.</param>
    /// <param name="expiresAt">When it ends; nothing stretches it beyond.</param>
    /// <param name="validatedAt">When the IAM said so.</param>
    /// <param name="options">How long that counts.</param>
    public ExternalToken(KnownPrincipal principal, DateTimeOffset expiresAt, DateTimeOffset validatedAt, ExternalIamOptions options)
    {
        Principal = principal;
        ExpiresAt = expiresAt;
        _freshUntil = (validatedAt + options.CacheLifetime).UtcTicks;
        _staleUntil = validatedAt + options.CacheLifetime + options.MaxStale;
    }

    /// <summary>Whose it is.</summary>
    public KnownPrincipal Principal { get; }

    /// <summary>When it ends.</summary>
    public DateTimeOffset ExpiresAt { get; }

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
}
