using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace CommandBroker.Identity.Signatures;

/// <summary>
/// Where a request came from, as far as failures are counted by it: an IPv4 address, or the first 64 bits of an IPv6 address, since whoever has one of
/// those has them all. <c>default</c> stands for "not known"; all such callers share it.
/// </summary>
/// <param name="Bits">The address as IPv6, the last 64 bits of a real one cleared.</param>
public readonly record struct ClientAddress(UInt128 Bits)
{
    /// <summary>Takes what counts of an address. It must be the client's own: behind a proxy that isn't told of, all clients are one.</summary>
    /// <param name="address">The address; null when the connection has none.</param>
    public static ClientAddress From(IPAddress? address)
    {
        if (address is null)
        {
            return default;
        }

        Span<byte> bytes = stackalloc byte[16];
        bool isShort = address.IsIPv4MappedToIPv6 || address.AddressFamily == AddressFamily.InterNetwork;
        (isShort ? address.MapToIPv4().MapToIPv6() : address).TryWriteBytes(bytes, out _);
        if (!isShort)
        {
            bytes[8..].Clear();
        }

        return new ClientAddress(BinaryPrimitives.ReadUInt128BigEndian(bytes));
    }
}
