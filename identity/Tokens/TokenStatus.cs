namespace CommandBroker.Identity.Tokens;

/// <summary>What a look at an issued token found. Whether it was revoked, and whether its principal still exists, is asked elsewhere.</summary>
public enum TokenStatus
{
    /// <summary>Signed by a known key, and in its time.</summary>
    Valid,

    /// <summary>No token of this broker's form.</summary>
    Malformed,

    /// <summary>Signed by a key that is not known here: too old, of another broker, or so new that it has yet to be told.</summary>
    UnknownKey,

    /// <summary>Changed, or made by somebody else.</summary>
    WrongSignature,

    /// <summary>Its time is over.</summary>
    Expired,

    /// <summary>Issued more than <see cref="TokenVerifier.MaxClockSkew"/> from now: a clock is wrong.</summary>
    NotYetValid,
}
