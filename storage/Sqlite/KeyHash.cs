using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace CommandBroker.Storage.Sqlite;

/// <summary>Eight bytes that stand for an idempotency key in the index, which is a third as large for it.</summary>
internal static class KeyHash
{
    /// <summary>The first bytes of the key's SHA-256: they are stored, so the function must never change. Null for null.</summary>
    public static long? Of(string? key)
    {
        if (key is null)
        {
            return null;
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(key), hash);
        return BinaryPrimitives.ReadInt64LittleEndian(hash);
    }
}
