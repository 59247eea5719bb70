using CommandBroker.Gateway.Diagnostics;
using CommandBroker.Gateway.Grains;
using CommandBroker.Gateway.Http;
using CommandBroker.Gateway.Identity;

namespace CommandBroker.Gateway.Management;

/// <summary>
/// The idempotency key of an enqueue, so that a signed one that arrives twice adds one command: through whichever gateway, and after a restart. What
/// decides is in the store: the key itself, and with which key a signature first came that does not cover it.
/// </summary>
internal sealed class EnqueueKey(IBrokerGrains grains, ILogger<EnqueueKey> log)
{
    private static readonly Refusal Used = new(AdmissionRule.SignatureReplayed);

    /// <summary>Settles the key; call it once nothing else can refuse the request.</summary>
    /// <param name="context">The request.</param>
    /// <param name="named">The key that it names; null when it names none.</param>
    /// <returns>The key to enqueue with, null when there is none; or why the request is refused.</returns>
    /// <exception cref="BrokerException">Throttled, StorageUnavailable.</exception>
    public async ValueTask<(string? Key, Refusal? Refusal)> SettleAsync(HttpContext context, string? named)
    {
        if (SignedCall.Of(context) is not { } call)
        {
            return (named, null);
        }

        if (!call.IsKeySigned && !await grains.SignatureClaims(call.Shard).ClaimAsync(call.Id, call.Tag, call.GoodUntil))
        {
            log.CallerRefused(RequestStamp.Of(context), Used.Rule, status: null, principalId: null, context.Connection.RemoteIpAddress);
            return (null, Used);
        }

        return (named ?? call.KeyOf(), null);
    }
}
