namespace CommandBroker.Contracts;

/// <summary>
/// Remembers, for all gateways and over restarts, with which unsigned idempotency key the signature of an enqueue first came. Use the key that the
/// signature's hash gives, 0 to <see cref="ShardCount"/> - 1.
/// </summary>
[Alias("CommandBroker.ISignatureClaimGrain")]
public interface ISignatureClaimGrain : IGrainWithIntegerKey
{
    /// <summary>How many of these grains there are.</summary>
    const int ShardCount = 4_096;

    /// <summary>The most signatures that one of them remembers; beyond it a call fails with Throttled.</summary>
    const int MaxClaimCount = 4_000;

    /// <summary>Claims a signature for what came with it; committed before it answers. Repeating it is harmless.</summary>
    /// <param name="signatureId">Stands for the signature; 32 hexadecimal digits.</param>
    /// <param name="tag">Stands for what came with it.</param>
    /// <param name="goodUntil">When the signature is too old to be accepted, and can be forgotten.</param>
    /// <returns>False when the signature was claimed before with another tag.</returns>
    /// <exception cref="BrokerException">Throttled: too many are remembered; StorageUnavailable.</exception>
    [Alias("Claim")]
    ValueTask<bool> ClaimAsync(string signatureId, ulong tag, DateTimeOffset goodUntil);
}
