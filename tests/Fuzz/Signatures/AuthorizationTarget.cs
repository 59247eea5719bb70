using System.Text;
using CommandBroker.Identity.Signatures;

namespace CommandBroker.Fuzz.Signatures;

/// <summary>The Authorization header. What is read must be what its documentation says, and be found again in what was written.</summary>
internal static class AuthorizationTarget
{
    public static FuzzTarget Target { get; } = new(
        "authorization",
        ["SDK-HMAC-SHA256 ", "Access=", "SignedHeaders=", "Signature=", ", ", ",", ";", "x-sdk-date", "host", "\t", "=", "a;b", "%", "\u00e9", new string('a', 129), new string(';', 65)],
        Check);

    private static string Check(ReadOnlySpan<byte> input)
    {
        string text = Encoding.Latin1.GetString(input);
        if (!AuthorizationHeader.TryParse(text, out AuthorizationHeader header, out SignatureStatus fault))
        {
            return fault is SignatureStatus.OtherScheme or SignatureStatus.AuthorizationMalformed or SignatureStatus.SignedHeadersMalformed or SignatureStatus.DateUnsigned
                ? fault.ToString()
                : throw new FuzzException($"Refused as {fault}.");
        }

        string key = header.AccessKey.ToString(), signature = header.Signature.ToString();
        string[] names = header.SignedHeaders.ToString().Split(';');
        bool isRight = key.Length is >= 1 and <= AuthorizationHeader.MaxAccessKeyLength
            && key.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.')
            && signature.Length == 64 && signature.All(char.IsAsciiHexDigitLower)
            && names.Length is >= 1 and <= AuthorizationHeader.MaxSignedHeaders
            && names.All(name => name.Length > 0 && name.All(letter => letter is > ' ' and < '\u007f' and not ',' and not ':' && !char.IsAsciiLetterUpper(letter)))
            && names.SequenceEqual(names.Distinct().Order(StringComparer.Ordinal))
            && names.Contains("x-sdk-date") && header.Signs("x-sdk-date");
        Span<byte> bytes = stackalloc byte[32];
        header.CopySignatureTo(bytes);
        isRight &= Convert.ToHexStringLower(bytes) == signature && text.StartsWith("SDK-HMAC-SHA256", StringComparison.Ordinal)
            && text.Contains($"Access={key}", StringComparison.Ordinal) && text.Contains($"SignedHeaders={string.Join(';', names)}", StringComparison.Ordinal);
        return isRight ? "Read" : throw new FuzzException("What was read isn't of the form that is documented.");
    }
}
