using System.Buffers;

namespace CommandBroker.Identity.Signatures;

/// <summary>
/// An Authorization header of the form <c>SDK-HMAC-SHA256 Access=…, SignedHeaders=a;b;x-sdk-date, Signature=64 hex digits</c>. It points into the
/// text it was read from.
/// </summary>
public readonly ref struct AuthorizationHeader
{
    /// <summary>The scheme, exactly so.</summary>
    public const string Scheme = "SDK-HMAC-SHA256";

    /// <summary>The longest header, in characters.</summary>
    public const int MaxLength = 8_192;

    /// <summary>The longest access key, in characters. The vendor's have 20.</summary>
    public const int MaxAccessKeyLength = 128;

    /// <summary>The most headers that can be signed.</summary>
    public const int MaxSignedHeaders = 64;

    /// <summary>The digits of a signature.</summary>
    public const int SignatureLength = 64;

    private const string Date = "x-sdk-date";

    private static readonly SearchValues<char> KeyCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");

    /// <summary>RFC 9110's token, without upper case.</summary>
    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~");

    private static readonly SearchValues<char> LowerHex = SearchValues.Create("0123456789abcdef");

    private AuthorizationHeader(ReadOnlySpan<char> accessKey, ReadOnlySpan<char> signedHeaders, ReadOnlySpan<char> signature)
    {
        AccessKey = accessKey;
        SignedHeaders = signedHeaders;
        Signature = signature;
    }

    /// <summary>Which key is said to have signed: 1 to 128 letters, digits and <c>- _ .</c></summary>
    public ReadOnlySpan<char> AccessKey { get; }

    /// <summary>The names of the signed headers as they came: lower-case, ascending, each once, separated by semicolons, <c>x-sdk-date</c> among them.</summary>
    public ReadOnlySpan<char> SignedHeaders { get; }

    /// <summary>64 lower-case hexadecimal digits.</summary>
    public ReadOnlySpan<char> Signature { get; }

    /// <summary>Whether a header is meant to be read here at all.</summary>
    public static bool IsSignature(ReadOnlySpan<char> value) =>
        value.StartsWith(Scheme, StringComparison.Ordinal) && (value.Length == Scheme.Length || value[Scheme.Length] is ' ' or '\t');

    /// <summary>Reads a header's value.</summary>
    /// <param name="value">What was received.</param>
    /// <param name="header">The parts, when the answer is true; they stay valid as long as <paramref name="value"/> does.</param>
    /// <param name="fault">Why it was refused: OtherScheme, AuthorizationMalformed, SignedHeadersMalformed or DateUnsigned. Valid when the answer is true.</param>
    public static bool TryParse(ReadOnlySpan<char> value, out AuthorizationHeader header, out SignatureStatus fault)
    {
        header = default;
        fault = SignatureStatus.OtherScheme;
        if (!IsSignature(value))
        {
            return false;
        }

        fault = SignatureStatus.AuthorizationMalformed;
        if (value.Length > MaxLength || !TrySplit(value[Scheme.Length..], out header) || !IsKey(header.AccessKey) || !IsDigits(header.Signature))
        {
            return false;
        }

        fault = CheckNames(header.SignedHeaders);
        return fault == SignatureStatus.Valid;
    }

    /// <summary>Whether a header is among the signed ones.</summary>
    /// <param name="name">Its name in lower case.</param>
    public bool Signs(ReadOnlySpan<char> name)
    {
        foreach (Range range in SignedHeaders.Split(';'))
        {
            if (SignedHeaders[range].SequenceEqual(name))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Writes the signature's 32 bytes.</summary>
    /// <param name="destination">At least 32 bytes.</param>
    public void CopySignatureTo(Span<byte> destination) => Convert.FromHexString(Signature, destination, out _, out _);

    /// <summary>The three parameters in any order, blanks around the commas.</summary>
    private static bool TrySplit(ReadOnlySpan<char> parameters, out AuthorizationHeader header)
    {
        ReadOnlySpan<char> accessKey = default, signedHeaders = default, signature = default;
        int count = 0;
        foreach (Range range in parameters.Split(','))
        {
            ReadOnlySpan<char> parameter = parameters[range].Trim(" \t");
            bool isNew = TryTake(parameter, "Access=", ref accessKey)
                || TryTake(parameter, "SignedHeaders=", ref signedHeaders)
                || TryTake(parameter, "Signature=", ref signature);
            if (!isNew || ++count > 3)
            {
                header = default;
                return false;
            }
        }

        header = new AuthorizationHeader(accessKey, signedHeaders, signature);
        return count == 3;
    }

    /// <summary>False also when the parameter is empty or was there before: an empty one has no use, and leaves "not yet seen" plain.</summary>
    private static bool TryTake(ReadOnlySpan<char> parameter, string prefix, ref ReadOnlySpan<char> value)
    {
        if (!value.IsEmpty || parameter.Length == prefix.Length || !parameter.StartsWith(prefix, StringComparison.Ordinal))
        {
            return false;
        }

        value = parameter[prefix.Length..];
        return true;
    }

    private static bool IsKey(ReadOnlySpan<char> key) => key.Length <= MaxAccessKeyLength && !key.ContainsAnyExcept(KeyCharacters);

    private static bool IsDigits(ReadOnlySpan<char> signature) => signature.Length == SignatureLength && !signature.ContainsAnyExcept(LowerHex);

    private static SignatureStatus CheckNames(ReadOnlySpan<char> names)
    {
        ReadOnlySpan<char> last = default;
        bool isDated = false;
        int count = 0;
        foreach (Range range in names.Split(';'))
        {
            ReadOnlySpan<char> name = names[range];
            if (name.IsEmpty || ++count > MaxSignedHeaders || name.ContainsAnyExcept(NameCharacters) || last.SequenceCompareTo(name) >= 0)
            {
                return SignatureStatus.SignedHeadersMalformed;
            }

            isDated |= name.SequenceEqual(Date);
            last = name;
        }

        return isDated ? SignatureStatus.Valid : SignatureStatus.DateUnsigned;
    }
}
