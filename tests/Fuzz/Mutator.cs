namespace CommandBroker.Fuzz;

/// <summary>Changes inputs. One for each thread.</summary>
internal sealed class Mutator(Random random, byte[][] words)
{
    /// <summary>Longer than anything a target takes, short enough to stay quick.</summary>
    private const int MaxLength = 32_768;

    private static readonly byte[] Bytes = [0, 9, 10, 13, 32, 37, 38, 43, 44, 47, 58, 59, 61, 63, 127, 128, 0xc0, 0xed, 0xff];

    /// <summary>A changed copy of one input of the corpus.</summary>
    public byte[] Next(IReadOnlyList<byte[]> corpus)
    {
        byte[] input = corpus[random.Next(corpus.Count)];
        for (int changes = 1 + random.Next(random.Next(1, 7)); changes > 0; changes--)
        {
            input = Change(input, corpus[random.Next(corpus.Count)]);
        }

        return input.Length <= MaxLength ? input : input[..MaxLength];
    }

    private byte[] Change(byte[] input, byte[] other)
    {
        int at = random.Next(input.Length + 1);
        int end = Math.Min(input.Length, at + 1 + (random.Next(4) == 0 ? random.Next(input.Length + 1) : random.Next(8)));
        byte one = random.Next(2) == 0 ? Bytes[random.Next(Bytes.Length)] : (byte)random.Next(256);
        return random.Next(9) switch
        {
            0 => [.. input[..at], one, .. input[at..]],
            1 or 2 when at < input.Length => [.. input[..at], one, .. input[(at + 1)..]],
            3 when at < input.Length => [.. input[..at], (byte)(input[at] ^ (1 << random.Next(8))), .. input[(at + 1)..]],
            4 => [.. input[..at], .. input[end..]],
            5 => [.. input[..end], .. input[at..end], .. input[end..]],
            6 => [.. input[..at], .. words[random.Next(words.Length)], .. input[at..]],
            7 => [.. input[..at], .. words[random.Next(words.Length)], .. input[end..]],
            _ => [.. input[..at], .. other[random.Next(other.Length + 1)..]],
        };
    }
}
