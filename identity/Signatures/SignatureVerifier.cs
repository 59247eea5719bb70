using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Unicode;

namespace CommandBroker.Identity.Signatures;

/// <summary>
/// Decides whether a request is what the holder of a secret sent: the vendor's <c>SDK-HMAC-SHA256</c>, by that request's own SignedHeaders, over
/// target and headers as they arrived.
/// </summary>
/// <remarks>
/// The signature is HMAC-SHA-256 over the scheme, X-Sdk-Date and the SHA-256 of the canonical request, one a line, under the secret itself: no key is
/// derived from date or region. Pure and safe to call from many threads. Nothing is allocated unless a request exceeds 4 KiB, when a pooled buffer is used.
/// </remarks>
public static class SignatureVerifier
{
    private const int StackBytes = 4_096;
    private const int ToSignLength = 16 + SdkDate.Length + 1 + (SHA256.HashSizeInBytes * 2);

    /// <summary>As long as the vendor's secrets. It opens nothing: what it would verify is answered KeyUnknown.</summary>
    private static ReadOnlySpan<byte> NoSecret => "0123456789012345678901234567890123456789"u8;

    /// <summary>Verifies a request.</summary>
    /// <param name="request">The request. Without its body's hash this answers BodyHashNeeded once everything else is in order: ask so before reading a body.</param>
    /// <param name="authorization">Its Authorization header; there must not have been a second one.</param>
    /// <param name="secret">The secret of <see cref="AuthorizationHeader.AccessKey"/>, in UTF-8; at least one byte.</param>
    /// <param name="now">The server's clock.</param>
    /// <param name="options">What is allowed.</param>
    /// <returns>Valid, or why not. Only Mismatch says something about the secret; it alone counts for <see cref="KeyLock"/>.</returns>
    /// <exception cref="ArgumentException">The secret is empty: such a key would be everybody's. Or the body's hash is neither empty nor 32 bytes.</exception>
    public static SignatureOutcome Verify(
        in SignedRequest request, in AuthorizationHeader authorization, ReadOnlySpan<byte> secret, DateTimeOffset now, SignatureOptions options)
    {
        if (secret.IsEmpty)
        {
            throw new ArgumentException("The secret is empty; a key needs at least one byte.", nameof(secret));
        }

        if (request.BodyHash.Length is not (0 or SHA256.HashSizeInBytes))
        {
            throw new ArgumentException($"The body's hash has {request.BodyHash.Length} bytes; 0 and {SHA256.HashSizeInBytes} are allowed.", nameof(request));
        }

        SignatureOutcome outcome = SignatureForm.CheckDate(request, now, options);
        return outcome.IsValid ? outcome with { Status = Check(request, authorization, secret, options) } : outcome;
    }

    /// <summary>Does the work of <see cref="Verify"/> for a key that doesn't exist, so that the time of the answer doesn't tell.</summary>
    /// <returns>KeyUnknown where a known key would have given Valid or Mismatch; every other status as it would have been.</returns>
    public static SignatureOutcome VerifyUnknownKey(
        in SignedRequest request, in AuthorizationHeader authorization, DateTimeOffset now, SignatureOptions options)
    {
        SignatureOutcome outcome = Verify(request, authorization, NoSecret, now, options);
        return outcome.Status is SignatureStatus.Valid or SignatureStatus.Mismatch ? outcome with { Status = SignatureStatus.KeyUnknown } : outcome;
    }

    private static SignatureStatus Check(
        in SignedRequest request, in AuthorizationHeader authorization, ReadOnlySpan<byte> secret, SignatureOptions options)
    {
        Span<int> indexes = stackalloc int[AuthorizationHeader.MaxSignedHeaders];
        Span<byte> payload = stackalloc byte[SignatureForm.MaxPayloadLength];
        if (SignatureForm.CheckLine(request) is var line and not SignatureStatus.Valid)
        {
            return line;
        }

        if (SignatureForm.FindHeaders(request, authorization.SignedHeaders, indexes, out int headersLength) is var headers and not SignatureStatus.Valid)
        {
            return headers;
        }

        if (SignatureForm.CheckSecurityToken(request) is var token and not SignatureStatus.Valid)
        {
            return token;
        }

        if (SignatureForm.FindPayload(request, options, payload, out int payloadLength) is var body and not SignatureStatus.Valid)
        {
            return body;
        }

        int targetLength = Ascii.IsValid(request.Target) ? request.Target.Length : Encoding.UTF8.GetMaxByteCount(request.Target.Length);
        int size = targetLength + CanonicalRequest.MaxLength(request, authorization.SignedHeaders, targetLength, headersLength);
        byte[]? rented = null;
        Span<byte> buffer = size <= StackBytes ? stackalloc byte[StackBytes] : (rented = ArrayPool<byte>.Shared.Rent(size));
        try
        {
            return Compare(request, authorization, secret, indexes, payload[..payloadLength], buffer[..targetLength], buffer[targetLength..]);
        }
        finally
        {
            if (rented is not null)
            {
                ArrayPool<byte>.Shared.Return(rented);
            }
        }
    }

    private static SignatureStatus Compare(
        in SignedRequest request, in AuthorizationHeader authorization, ReadOnlySpan<byte> secret,
        ReadOnlySpan<int> indexes, ReadOnlySpan<byte> payload, Span<byte> target, Span<byte> buffer)
    {
        if (Utf8.FromUtf16(request.Target, target, out _, out int written, replaceInvalidSequences: false) != OperationStatus.Done)
        {
            return SignatureStatus.RequestLineMalformed;
        }

        target = target[..written];
        int mark = target.IndexOf((byte)'?');
        Span<byte> path = mark < 0 ? target : target[..mark];
        Span<byte> queryText = mark < 0 ? default : target[(mark + 1)..];
        var query = new CanonicalQuery(queryText, stackalloc QueryParameter[queryText.Count((byte)'&') + 1]);
        query.Sort(QueryOrder.ByText);
        var canonical = new CanonicalRequest(buffer);
        if (!canonical.TryWrite(request, path, query, authorization.SignedHeaders, indexes, payload))
        {
            return SignatureStatus.HeaderMalformed;
        }

        request.Find("x-sdk-date", out ReadOnlySpan<char> date);
        bool isMatch = IsSigned(canonical, date, secret, authorization);
        for (QueryOrder order = QueryOrder.ByEncodedName; !isMatch && order <= QueryOrder.ByEncodedText; order++)
        {
            if (query.Sort(order))
            {
                canonical.Rewrite(query);
                isMatch = IsSigned(canonical, date, secret, authorization);
            }
        }

        return isMatch ? SignatureStatus.Valid : SignatureStatus.Mismatch;
    }

    private static bool IsSigned(in CanonicalRequest canonical, ReadOnlySpan<char> date, ReadOnlySpan<byte> secret, in AuthorizationHeader authorization)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        Span<byte> toSign = stackalloc byte[ToSignLength];
        Span<byte> expected = stackalloc byte[HMACSHA256.HashSizeInBytes];
        Span<byte> given = stackalloc byte[HMACSHA256.HashSizeInBytes];
        canonical.Hash(hash);
        "SDK-HMAC-SHA256\n"u8.CopyTo(toSign);
        Encoding.ASCII.GetBytes(date, toSign[16..]);
        toSign[16 + SdkDate.Length] = (byte)'\n';
        Convert.TryToHexStringLower(hash, toSign[(16 + SdkDate.Length + 1)..], out _);
        HMACSHA256.HashData(secret, toSign, expected);
        authorization.CopySignatureTo(given);
        return CryptographicOperations.FixedTimeEquals(expected, given);
    }
}
