using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;

namespace CommandBroker.Storage.Payloads;

/// <summary>Reads a body that <see cref="PayloadWriter"/> wrote; running over its end is a damaged row.</summary>
internal ref struct PayloadReader(ReadOnlySpan<byte> body, PayloadOrigin origin)
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly PayloadOrigin _origin = origin;
    private ReadOnlySpan<byte> _rest = body;

    // Compiled well at once: see PayloadEnvelope.Sum.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public ulong ReadNumber()
    {
        ulong number = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte next = Take(1)[0];
            number |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return number;
            }
        }

        throw _origin.Unreadable("a number in it does not end");
    }

    public long ReadTicks() => BinaryPrimitives.ReadInt64LittleEndian(Take(sizeof(long)));

    public DateTimeOffset ReadInstant()
    {
        long ticks = ReadTicks();
        return ticks >= 0 && ticks <= DateTimeOffset.MaxValue.UtcTicks
            ? new DateTimeOffset(ticks, TimeSpan.Zero)
            : throw _origin.Unreadable("an instant in it is out of range");
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public string ReadText()
    {
        ulong length = ReadNumber();
        if (length > (ulong)_rest.Length)
        {
            throw _origin.Unreadable($"a text in it has {length} bytes and {_rest.Length} are left");
        }

        try
        {
            return Utf8.GetString(Take((int)length));
        }
        catch (DecoderFallbackException)
        {
            throw _origin.Unreadable("a text in it is no UTF-8");
        }
    }

    /// <summary>Refuses bytes that nobody asked for: they were written by something else.</summary>
    public readonly void End()
    {
        if (!_rest.IsEmpty)
        {
            throw _origin.Unreadable($"{_rest.Length} bytes are left over");
        }
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (_rest.Length < count)
        {
            throw _origin.Unreadable("it ends too early");
        }

        ReadOnlySpan<byte> taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }
}
