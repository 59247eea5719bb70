using System.Buffers.Binary;
using System.Text;

namespace CommandBroker.Storage.Payloads;

/// <summary>Writes the body of a payload into an array of exactly the right size.</summary>
internal ref struct PayloadWriter(Span<byte> target)
{
    /// <summary>Refuses half a surrogate pair instead of storing another text than was given.</summary>
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private Span<byte> _rest = target;

    /// <summary>Bytes that <see cref="WriteText"/> will take.</summary>
    public static int SizeOf(string? text)
    {
        if (text is null)
        {
            return 0;
        }

        int bytes = Utf8.GetByteCount(text);
        return SizeOf((uint)bytes) + bytes;
    }

    /// <summary>Bytes that <see cref="WriteNumber"/> will take.</summary>
    public static int SizeOf(ulong number)
    {
        int size = 1;
        while (number >= 0x80)
        {
            number >>= 7;
            size++;
        }

        return size;
    }

    /// <summary>Seven bits a byte, lowest first.</summary>
    public void WriteNumber(ulong number)
    {
        int at = 0;
        while (number >= 0x80)
        {
            _rest[at++] = (byte)(number | 0x80);
            number >>= 7;
        }

        _rest[at] = (byte)number;
        _rest = _rest[(at + 1)..];
    }

    /// <summary>Eight bytes, little-endian.</summary>
    public void WriteTicks(long ticks)
    {
        BinaryPrimitives.WriteInt64LittleEndian(_rest, ticks);
        _rest = _rest[sizeof(long)..];
    }

    /// <summary>The length in bytes, then UTF-8; nothing for null.</summary>
    public void WriteText(string? text)
    {
        if (text is null)
        {
            return;
        }

        WriteNumber((uint)Utf8.GetByteCount(text));
        _rest = _rest[Utf8.GetBytes(text, _rest)..];
    }
}
