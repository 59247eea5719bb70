using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace CommandBroker.Storage.Payloads;

/// <summary>
/// What is around every stored payload: one version byte, then the CRC-32C of version and body (4 bytes, little-endian), then the body.
/// </summary>
/// <remarks>
/// A database does not notice a flipped bit in a value. Without the sum a damaged parameter would be handed to an agent.
/// CRC-32C finds every single flipped bit and every burst up to 32 bits.
/// </remarks>
internal static class PayloadEnvelope
{
    /// <summary>Bytes before the body.</summary>
    public const int HeaderBytes = 1 + sizeof(uint);

    /// <summary>Writes version and sum in front of a body that stands at <see cref="HeaderBytes"/>.</summary>
    public static void Seal(Span<byte> payload, byte version)
    {
        payload[0] = version;
        BinaryPrimitives.WriteUInt32LittleEndian(payload[1..], Sum(version, payload[HeaderBytes..]));
    }

    /// <summary>Checks version and sum.</summary>
    /// <returns>The body.</returns>
    /// <exception cref="UnreadableRowException">It is missing, truncated, damaged or of another version.</exception>
    public static ReadOnlySpan<byte> Open(byte[]? payload, byte version, PayloadOrigin origin)
    {
        if (payload is null)
        {
            throw origin.Unreadable("it is NULL");
        }

        if (payload.Length < HeaderBytes)
        {
            throw origin.Unreadable($"it has {payload.Length} bytes, at least {HeaderBytes} are expected");
        }

        if (payload[0] != version)
        {
            throw origin.Unreadable($"it is of version {payload[0]}, this release understands version {version}");
        }

        ReadOnlySpan<byte> body = payload.AsSpan(HeaderBytes);
        if (BinaryPrimitives.ReadUInt32LittleEndian(payload.AsSpan(1)) != Sum(version, body))
        {
            throw origin.Unreadable("its checksum does not fit, so it is truncated or damaged");
        }

        return body;
    }

    // Compiled well at once: the first queue that a process reads may be the longest.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static uint Sum(byte version, ReadOnlySpan<byte> body)
    {
        uint crc = BitOperations.Crc32C(uint.MaxValue, version);
        while (body.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(body));
            body = body[sizeof(ulong)..];
        }

        foreach (byte value in body)
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return ~crc;
    }
}
