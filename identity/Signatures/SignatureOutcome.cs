namespace CommandBroker.Identity.Signatures;

/// <summary>What became of a signature, with what a refusal is explained by.</summary>
/// <param name="Status">The answer.</param>
/// <param name="SignedAt">The request's X-Sdk-Date; null when it could not be read.</param>
/// <param name="Skew">X-Sdk-Date minus the server's clock: negative when the client's clock is behind. Zero when the date could not be read.</param>
public readonly record struct SignatureOutcome(SignatureStatus Status, DateTimeOffset? SignedAt = null, TimeSpan Skew = default)
{
    /// <summary>Whether the request is what the key's holder sent.</summary>
    public bool IsValid => Status == SignatureStatus.Valid;
}
