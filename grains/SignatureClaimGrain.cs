using CommandBroker.Contracts;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;

namespace CommandBroker.Grains;

/// <inheritdoc cref="ISignatureClaimGrain"/>
internal sealed class SignatureClaimGrain : Grain, ISignatureClaimGrain
{
    private readonly StoredState<SignatureClaimState> _stored;
    private readonly TimeProvider _clock;

    public SignatureClaimGrain([FromKeyedServices(GrainStorage.Provider)] IGrainStorage storage, TimeProvider clock) =>
        (_stored, _clock) = (new StoredState<SignatureClaimState>(storage, GrainStorage.SignatureClaims, this.GetGrainId()), clock);

    public async ValueTask<bool> ClaimAsync(string signatureId, ulong tag, DateTimeOffset goodUntil)
    {
        SignatureClaimState before = await _stored.ReadAsync();
        if (before.Claims.TryGetValue(signatureId, out SignatureClaim? claim))
        {
            return claim.Tag == tag;
        }

        DateTimeOffset now = _clock.GetUtcNow();
        var after = new SignatureClaimState { Claims = before.Claims.Where(entry => entry.Value.GoodUntil >= now).ToDictionary(StringComparer.Ordinal) };
        if (after.Claims.Count >= ISignatureClaimGrain.MaxClaimCount)
        {
            throw new BrokerException(
                BrokerErrorReason.Throttled,
                $"{after.Claims.Count} signed enqueues whose Idempotency-Key is not signed are remembered; {ISignatureClaimGrain.MaxClaimCount} are allowed. Sign that header.");
        }

        after.Claims[signatureId] = new SignatureClaim(tag, goodUntil);
        await _stored.WriteAsync(after);
        return true;
    }
}
