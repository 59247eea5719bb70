using CommandBroker.Gateway.Identity;
using CommandBroker.Identity.Signatures;
using Microsoft.Extensions.Primitives;

namespace CommandBroker.Gateway.ExternalIam;

/// <summary>Tells who a token of an external IAM says that the caller is. Tokens of the broker's own are none of those.</summary>
internal sealed class ExternalTokenProof(ExternalTokens tokens, IExternalIam iam) : ITokenProof
{
    private static readonly Refusal Malformed = new(AdmissionRule.TokenMalformed);

    /// <inheritdoc/>
    public bool TakesBearer => iam.TakesBearer;

    /// <inheritdoc/>
    public ValueTask<Proof> ProveAsync(HttpContext context, in StringValues values, DateTimeOffset now)
    {
        if (values.Count != 1 || values[0] is not { Length: > 0 and <= TokenHash.MaxTokenLength } token)
        {
            return new ValueTask<Proof>(Malformed);
        }

        TokenHash hash = TokenHash.Of(token);
        return tokens.TryGet(hash, now, out Proof proof)
            ? new ValueTask<Proof>(proof)
            : new ValueTask<Proof>(tokens.AskAsync(token, hash, ClientAddress.From(context.Connection.RemoteIpAddress)));
    }
}
