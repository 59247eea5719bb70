using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace CommandBroker.Identity.Tokens;

/// <summary>Issues tokens with one private key. For one thread at a time.</summary>
public sealed class TokenSigner : IDisposable
{
    private const int TokenIdByteCount = 16;

    private readonly ECDsa _key;

    /// <param name="keyId">The key's name.</param>
    /// <param name="privateKey">PKCS #8.</param>
    /// <exception cref="CryptographicException">It is no private key.</exception>
    public TokenSigner(string keyId, ReadOnlySpan<byte> privateKey)
    {
        KeyId = keyId;
        _key = ECDsa.Create();
        _key.ImportPkcs8PrivateKey(privateKey, out _);
    }

    /// <summary>The name of the key, which payloads must name.</summary>
    public string KeyId { get; }

    /// <summary>A new token id: 128 random bits.</summary>
    public static string NewTokenId() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(TokenIdByteCount));

    /// <summary>Issues a token.</summary>
    /// <exception cref="ArgumentException">The payload names another key.</exception>
    public string Issue(TokenPayload payload)
    {
        if (payload.KeyId != KeyId)
        {
            throw new ArgumentException($"The payload names key {payload.KeyId}; this one is {KeyId}.", nameof(payload));
        }

        string signed = TokenText.WriteSigned(payload);
        byte[] signature = _key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        return $"{signed}.{Base64Url.EncodeToString(signature)}";
    }

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();
}
