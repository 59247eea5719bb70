namespace CommandBroker.Identity.Tokens;

/// <summary>What an issued token says. Who its principal is now, and what it may do, is asked elsewhere.</summary>
public sealed record TokenPayload
{
    /// <summary>The key that signed it: 16 lower-case hexadecimal digits.</summary>
    public required string KeyId { get; init; }

    /// <summary>The token's own id, by which it is revoked: 32 lower-case hexadecimal digits, 128 random bits.</summary>
    public required string TokenId { get; init; }

    /// <summary>Whose it is: 32 lower-case hexadecimal digits.</summary>
    public required string PrincipalId { get; init; }

    /// <summary>The project it counts for, or with <see cref="IsDomainScoped"/> the one meant when none is named: 32 lower-case hexadecimal digits.</summary>
    public required string ProjectId { get; init; }

    /// <summary>Whether it counts for all of the principal's domain.</summary>
    public bool IsDomainScoped { get; init; }

    /// <summary>When it was issued, UTC.</summary>
    public required DateTimeOffset IssuedAt { get; init; }

    /// <summary>From when on it no longer counts, UTC.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }
}
