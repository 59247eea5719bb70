using Xunit;

namespace CommandBroker.Storage.Tests;

/// <summary>Tries every small damage of a payload.</summary>
internal static class Damage
{
    public static void AssertEveryTruncationIsRefused(byte[] payload, Action<byte[]> decode)
    {
        for (int length = 0; length < payload.Length; length++)
        {
            Assert.Throws<UnreadableRowException>(() => decode(payload[..length]));
        }
    }

    public static void AssertEveryFlippedBitIsRefused(byte[] payload, Action<byte[]> decode)
    {
        for (int bit = 0; bit < payload.Length * 8; bit++)
        {
            byte[] damaged = [.. payload];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Throws<UnreadableRowException>(() => decode(damaged));
        }
    }
}
