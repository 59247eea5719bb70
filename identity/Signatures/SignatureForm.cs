using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace CommandBroker.Identity.Signatures;

/// <summary>What can be said about a signed request without the secret. The answers cost the same for every key, known or not.</summary>
internal static class SignatureForm
{
    /// <summary>The characters of a payload line: a SHA-256 in hexadecimal; everything else that is allowed there is shorter.</summary>
    public const int MaxPayloadLength = 64;

    private const string ContentHash = "x-sdk-content-sha256";
    private const string UnsignedPayload = "UNSIGNED-PAYLOAD";
    private const string SecurityToken = "x-security-token";

    /// <summary>RFC 9110's token.</summary>
    private static readonly SearchValues<char> Token =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~");

    /// <summary>A line break in a value would let it pose as further lines of the canonical request.</summary>
    private static readonly SearchValues<char> Controls = SearchValues.Create(
        "\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007\u0008\u000a\u000b\u000c\u000d\u000e\u000f" +
        "\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001a\u001b\u001c\u001d\u001e\u001f\u007f");

    /// <summary>Checks the date against the clock.</summary>
    public static SignatureOutcome CheckDate(in SignedRequest request, DateTimeOffset now, SignatureOptions options)
    {
        int count = request.Find("x-sdk-date", out ReadOnlySpan<char> text);
        if (count != 1)
        {
            return new SignatureOutcome(count == 0 ? SignatureStatus.DateMissing : SignatureStatus.DateDuplicate);
        }

        if (!SdkDate.TryParse(text, out DateTimeOffset signedAt))
        {
            return new SignatureOutcome(SignatureStatus.DateMalformed);
        }

        TimeSpan skew = signedAt - now;
        return new SignatureOutcome(skew.Duration() > options.MaxClockSkew ? SignatureStatus.Skewed : SignatureStatus.Valid, signedAt, skew);
    }

    /// <summary>Checks method and target.</summary>
    public static SignatureStatus CheckLine(in SignedRequest request)
    {
        bool isMethod = request.Method.Length is > 0 and <= SignedRequest.MaxMethodLength && !request.Method.ContainsAnyExcept(Token);
        ReadOnlySpan<char> target = request.Target;
        bool isTarget = target.Length <= SignedRequest.MaxTargetLength && (target.IsEmpty || target[0] is '/' or '?');
        return isMethod && isTarget && target.Count('&') < SignedRequest.MaxQueryParameters
            ? SignatureStatus.Valid
            : SignatureStatus.RequestLineMalformed;
    }

    /// <summary>Finds the signed headers.</summary>
    /// <param name="request">The request.</param>
    /// <param name="names">SignedHeaders.</param>
    /// <param name="indexes">Where each was found; room for <see cref="AuthorizationHeader.MaxSignedHeaders"/>.</param>
    /// <param name="length">How many bytes their lines can take.</param>
    public static SignatureStatus FindHeaders(in SignedRequest request, ReadOnlySpan<char> names, Span<int> indexes, out int length)
    {
        length = 0;
        int found = 0;
        foreach (Range range in names.Split(';'))
        {
            ReadOnlySpan<char> name = names[range];
            int count = request.IndexOf(name, out int index);
            if (count != 1)
            {
                return count == 0 ? SignatureStatus.HeaderMissing : SignatureStatus.HeaderDuplicate;
            }

            string value = request.Headers[index].Value;
            if (value.AsSpan().ContainsAny(Controls))
            {
                return SignatureStatus.HeaderMalformed;
            }

            indexes[found++] = index;
            length += name.Length + Encoding.UTF8.GetMaxByteCount(value.Length) + 2;
        }

        return SignatureStatus.Valid;
    }

    /// <summary>Finds the payload's line: the body's hash, or what X-Sdk-Content-Sha256 says in its place.</summary>
    /// <param name="request">The request.</param>
    /// <param name="options">Whether the body may be unsigned.</param>
    /// <param name="payload">Where the line goes; <see cref="MaxPayloadLength"/> bytes.</param>
    /// <param name="length">The bytes of it.</param>
    public static SignatureStatus FindPayload(in SignedRequest request, SignatureOptions options, Span<byte> payload, out int length)
    {
        length = 0;
        int count = request.Find(ContentHash, out ReadOnlySpan<char> claimed);
        if (count == 2)
        {
            return SignatureStatus.HeaderDuplicate;
        }

        // As it came, also in upper case: that is what was signed. Unsigned it is as good as signed, being a line of its own.
        if (count == 1 && (claimed.Length > MaxPayloadLength || !Ascii.IsValid(claimed)))
        {
            return SignatureStatus.ContentHashMalformed;
        }

        if (count == 1)
        {
            length = Encoding.ASCII.GetBytes(claimed, payload);
            return claimed.SequenceEqual(UnsignedPayload)
                ? options.AllowUnsignedPayload ? SignatureStatus.Valid : SignatureStatus.UnsignedPayloadNotAllowed
                : CheckBody(request.BodyHash, claimed);
        }

        return request.BodyHash.IsEmpty || !Convert.TryToHexStringLower(request.BodyHash, payload, out length)
            ? SignatureStatus.BodyHashNeeded
            : SignatureStatus.Valid;
    }

    /// <summary>Whether it can be told which temporary key's token the request carries. One that is not signed is for the caller of this to compare with the key's own.</summary>
    public static SignatureStatus CheckSecurityToken(in SignedRequest request) =>
        request.IndexOf(SecurityToken, out _) > 1 ? SignatureStatus.HeaderDuplicate : SignatureStatus.Valid;

    private static SignatureStatus CheckBody(ReadOnlySpan<byte> actual, ReadOnlySpan<char> claimed)
    {
        Span<byte> expected = stackalloc byte[SHA256.HashSizeInBytes];
        if (Convert.FromHexString(claimed, expected, out _, out int written) != OperationStatus.Done || written != expected.Length)
        {
            return SignatureStatus.ContentHashMalformed;
        }

        return actual.IsEmpty ? SignatureStatus.BodyHashNeeded
            : CryptographicOperations.FixedTimeEquals(actual, expected) ? SignatureStatus.Valid : SignatureStatus.BodyMismatch;
    }
}
