using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace CommandBroker.Identity.Secrets;

/// <summary>
/// Encrypts what must be had again in clear, as secret keys that verify a signature: AES-256-GCM with a random nonce, bound to the id it belongs to,
/// so that a row's secret moved to another row does not open. Safe to use by several threads.
/// </summary>
public sealed class SecretBox
{
    private const byte Version = 1;
    private const int NonceAt = 1;
    private const int NonceByteCount = 12;
    private const int TagAt = NonceAt + NonceByteCount;
    private const int TagByteCount = 16;
    private const int TextAt = TagAt + TagByteCount;

    private readonly ImmutableArray<MasterKey> _keys;

    /// <param name="keys">At least one: the first encrypts, all decrypt.</param>
    public SecretBox(ImmutableArray<MasterKey> keys)
    {
        ArgumentOutOfRangeException.ThrowIfZero(keys.Length, nameof(keys));
        _keys = keys;
    }

    /// <summary>The id of the key that encrypts.</summary>
    public string MasterKeyId => _keys[0].KeyId;

    /// <summary>Whether secrets of that master key can be opened.</summary>
    public bool Knows(string masterKeyId) => Find(masterKeyId) is not null;

    /// <summary>Encrypts a secret.</summary>
    /// <param name="secret">The secret; may be empty.</param>
    /// <param name="owner">What it belongs to: a kind and an id, as <c>access-key:ABC</c>. Opening takes the same.</param>
    public SealedSecret Seal(ReadOnlySpan<byte> secret, string owner)
    {
        byte[] stored = new byte[TextAt + secret.Length];
        stored[0] = Version;
        RandomNumberGenerator.Fill(stored.AsSpan(NonceAt, NonceByteCount));
        using AesGcm cipher = _keys[0].CreateCipher(TagByteCount);
        cipher.Encrypt(
            stored.AsSpan(NonceAt, NonceByteCount), secret, stored.AsSpan(TextAt), stored.AsSpan(TagAt, TagByteCount), Encoding.UTF8.GetBytes(owner));
        return new SealedSecret(MasterKeyId, ImmutableCollectionsMarshal.AsImmutableArray(stored));
    }

    /// <summary>Decrypts a secret.</summary>
    /// <exception cref="UnreadableSecretException">Its master key is not among these, or it is damaged, or belongs to something else.</exception>
    public byte[] Open(SealedSecret stored, string owner)
    {
        MasterKey key = Find(stored.MasterKeyId) ?? throw new UnreadableSecretException(
            $"The secret of {owner} was encrypted with master key {stored.MasterKeyId}, which is not among the given ones.");
        ReadOnlySpan<byte> bytes = stored.Bytes.AsSpan();
        if (bytes.Length < TextAt || bytes[0] != Version)
        {
            throw new UnreadableSecretException($"The secret of {owner} has {bytes.Length} bytes and is of no version that this release knows.");
        }

        byte[] secret = new byte[bytes.Length - TextAt];
        using AesGcm cipher = key.CreateCipher(TagByteCount);
        try
        {
            cipher.Decrypt(
                bytes.Slice(NonceAt, NonceByteCount), bytes[TextAt..], bytes.Slice(TagAt, TagByteCount), secret, Encoding.UTF8.GetBytes(owner));
        }
        catch (AuthenticationTagMismatchException)
        {
            throw new UnreadableSecretException($"The secret of {owner} is damaged, or was stored for something else.");
        }

        return secret;
    }

    private MasterKey? Find(string masterKeyId) => _keys.FirstOrDefault(key => key.KeyId == masterKeyId);
}
