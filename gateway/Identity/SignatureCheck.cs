// A hot path for every signed request: headers go to a pooled array, everything else to the stack; bench/ guards it.
using System.Buffers;
using CommandBroker.Identity.Signatures;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace CommandBroker.Gateway.Identity;

/// <summary>Puts a request before the verifier as it was received: raw target, headers with their values undivided.</summary>
internal static class SignatureCheck
{
    /// <summary>Verifies a request.</summary>
    /// <param name="context">The request.</param>
    /// <param name="authorization">Its Authorization header.</param>
    /// <param name="secret">The key's secret; empty when there is no such key, for the same work and another answer.</param>
    /// <param name="bodyHash">32 bytes; empty when the body was not read.</param>
    /// <param name="now">The server's clock.</param>
    /// <param name="options">What is allowed.</param>
    public static SignatureOutcome Verify(
        HttpContext context, in AuthorizationHeader authorization, ReadOnlySpan<byte> secret, ReadOnlySpan<byte> bodyHash, DateTimeOffset now,
        SignatureOptions options)
    {
        int count = 0;
        RequestHeader[] headers = Collect(context.Request.Headers, ref count);
        try
        {
            var request = new SignedRequest
            {
                Method = context.Request.Method,
                Target = context.Features.Get<IHttpRequestFeature>()!.RawTarget,
                Headers = headers.AsSpan(0, count),
                BodyHash = bodyHash,
            };
            return secret.IsEmpty
                ? SignatureVerifier.VerifyUnknownKey(request, authorization, now, options)
                : SignatureVerifier.Verify(request, authorization, secret, now, options);
        }
        finally
        {
            headers.AsSpan(0, count).Clear();
            ArrayPool<RequestHeader>.Shared.Return(headers);
        }
    }

    private static RequestHeader[] Collect(IHeaderDictionary received, ref int count)
    {
        RequestHeader[] headers = ArrayPool<RequestHeader>.Shared.Rent(received.Count + 8);
        foreach (KeyValuePair<string, StringValues> header in received)
        {
            foreach (string? value in header.Value)
            {
                if (count == headers.Length)
                {
                    RequestHeader[] longer = ArrayPool<RequestHeader>.Shared.Rent(2 * count);
                    headers.CopyTo(longer, 0);
                    ArrayPool<RequestHeader>.Shared.Return(headers, clearArray: true);
                    headers = longer;
                }

                headers[count++] = new RequestHeader(header.Key, value ?? "");
            }
        }

        return headers;
    }
}
