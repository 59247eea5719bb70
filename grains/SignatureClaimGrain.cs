using CommandBroker.Contracts;

namespace CommandBroker.Grains;

/// <inheritdoc cref="ISignatureClaimGrain"/>
internal sealed class SignatureClaimGrain(
    [PersistentState(GrainStorage.SignatureClaims, GrainStorage.Provider)] IPersistentState<SignatureClaimState> state, TimeProvider clock)
    : Grain, ISignatureClaimGrain
{
    public async ValueTask<bool> ClaimAsync(string signatureId, ulong tag, DateTimeOffset goodUntil)
    {
        SignatureClaimState before = state.State;
        if (before.Claims.TryGetValue(signatureId, out SignatureClaim? claim))
        {
            return claim.Tag == tag;
        }

        DateTimeOffset now = clock.GetUtcNow();
        var after = new SignatureClaimState { Claims = before.Claims.Where(entry => entry.Value.GoodUntil >= now).ToDictionary(StringComparer.Ordinal) };
        if (after.Claims.Count >= ISignatureClaimGrain.MaxClaimCount)
        {
            throw new BrokerException(
                BrokerErrorReason.Throttled,
                $"{after.Claims.Count} signed enqueues whose Idempotency-Key is not signed are remembered; {ISignatureClaimGrain.MaxClaimCount} are allowed. Sign that header.");
        }

        after.Claims[signatureId] = new SignatureClaim(tag, goodUntil);
        state.State = after;
        try
        {
            await GrainStorage.GuardAsync(state.WriteStateAsync(), "signatures");
        }
        catch (BrokerException)
        {
            state.State = before;
            DeactivateOnIdle();
            throw;
        }

        return true;
    }
}
