using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace CommandBroker.Storage.Verification;

/// <summary>Sixteen bytes instead of a key of up to 255 characters: enough that two keys never share them by chance.</summary>
internal static class KeyFingerprint
{
    public static UInt128 Of(string key) => BinaryPrimitives.ReadUInt128LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}
