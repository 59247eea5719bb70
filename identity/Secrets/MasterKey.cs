using System.Security.Cryptography;
using System.Text;

namespace CommandBroker.Identity.Secrets;

/// <summary>
/// The key that other secrets are encrypted with: 32 random bytes that never stand in the database. What encrypts and what names it are derived
/// from it, each for its purpose, so that the name tells nothing of the key.
/// </summary>
public sealed class MasterKey
{
    /// <summary>Its length in bytes.</summary>
    public const int ByteCount = 32;

    private const int KeyIdByteCount = 8;

    private readonly byte[] _encryptionKey;

    private MasterKey(ReadOnlySpan<byte> key)
    {
        KeyId = Convert.ToHexStringLower(Derive(key, "CommandBroker master key id", KeyIdByteCount));
        _encryptionKey = Derive(key, "CommandBroker master key AES-256-GCM", ByteCount);
    }

    /// <summary>Its name, stored beside what it encrypts: 16 lower-case hexadecimal digits that follow from the key.</summary>
    public string KeyId { get; }

    /// <summary>Reads a key.</summary>
    /// <param name="base64">32 bytes in base64, as <c>openssl rand -base64 32</c> prints them; white space around is passed over.</param>
    /// <exception cref="FormatException">It is anything else; the message does not repeat it.</exception>
    public static MasterKey Parse(string base64)
    {
        Span<byte> key = stackalloc byte[ByteCount + 1];
        bool isRead = Convert.TryFromBase64String(base64, key, out int length);
        try
        {
            return isRead && length == ByteCount
                ? new MasterKey(key[..ByteCount])
                : throw new FormatException($"A master key is {ByteCount} random bytes in base64, as `openssl rand -base64 {ByteCount}` prints them; this is not.");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <summary>Makes a new key.</summary>
    /// <returns>The text that <see cref="Parse"/> reads.</returns>
    public static string Create() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(ByteCount));

    /// <summary>A cipher with the derived key; the caller disposes of it.</summary>
    internal AesGcm CreateCipher(int tagByteCount) => new(_encryptionKey, tagByteCount);

    private static byte[] Derive(ReadOnlySpan<byte> key, string purpose, int byteCount)
    {
        byte[] derived = new byte[byteCount];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, key, derived, salt: [], info: Encoding.ASCII.GetBytes(purpose));
        return derived;
    }
}
