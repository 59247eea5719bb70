using System.Text;
using CommandBroker.Identity.Tokens;

namespace CommandBroker.Fuzz.Tokens;

/// <summary>Issued tokens. Those of the corpus name a key whose private half nobody has: none may be valid, nor say anything.</summary>
internal static class TokenTarget
{
    /// <summary>The key that the corpus's tokens name.</summary>
    private const string KeyId = "0123456789abcdef";

    private static readonly DateTimeOffset Now = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);
    private static readonly TokenVerifier Verifier = new([new KeyValuePair<string, byte[]>(KeyId, TokenKey.Create().PublicKey)]);

    public static FuzzTarget Target { get; } = new("token", ["cb1.", ".", "=", "-", "_", "A", "AAAA", "ASNFZ4mrze8", "\u00e9", " "], Check);

    private static string Check(ReadOnlySpan<byte> input)
    {
        TokenStatus status = Verifier.Verify(Encoding.UTF8.GetString(input), Now, out TokenPayload? payload);
        return payload is null && status is (TokenStatus.Malformed or TokenStatus.UnknownKey or TokenStatus.WrongSignature)
            ? status.ToString()
            : throw new FuzzException($"A token that nobody issued is {status}.");
    }
}
