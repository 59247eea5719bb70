using System.Security.Cryptography;

namespace CommandBroker.Identity.Tokens;

/// <summary>A new pair of keys that signs tokens: ECDSA over P-256.</summary>
/// <param name="KeyId">Its name, derived from the public key: 16 lower-case hexadecimal digits.</param>
/// <param name="PublicKey">SubjectPublicKeyInfo; no secret.</param>
/// <param name="PrivateKey">PKCS #8; a secret.</param>
public sealed record TokenKey(string KeyId, byte[] PublicKey, byte[] PrivateKey)
{
    private const int KeyIdByteCount = 8;

    /// <summary>Makes a new one.</summary>
    public static TokenKey Create()
    {
        using ECDsa pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        byte[] publicKey = pair.ExportSubjectPublicKeyInfo();
        return new TokenKey(IdOf(publicKey), publicKey, pair.ExportPkcs8PrivateKey());
    }

    /// <summary>The name of a public key.</summary>
    public static string IdOf(ReadOnlySpan<byte> publicKey) => Convert.ToHexStringLower(SHA256.HashData(publicKey).AsSpan(0, KeyIdByteCount));

    /// <summary>Hides the private key from logs and debuggers.</summary>
    public override string ToString() => $"token key {KeyId}";
}
