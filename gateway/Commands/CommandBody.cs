using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace CommandBroker.Gateway.Commands;

/// <summary>The body of a poll's answer in a pooled buffer; dispose gives the buffer back.</summary>
internal readonly struct CommandBody : IDisposable
{
    private readonly byte[] _rented;
    private readonly int _length;

    private CommandBody(byte[] rented, int length)
    {
        _rented = rented;
        _length = length;
    }

    /// <summary>The body.</summary>
    public ReadOnlyMemory<byte> Memory => _rented.AsMemory(0, _length);

    /// <summary>Encodes a command.</summary>
    /// <param name="name"><c>command_name</c>, any text.</param>
    /// <param name="param"><c>command_param</c>, JSON text; copied as it is.</param>
    public static CommandBody Encode(string name, string param)
    {
        JsonEncodedText encodedName = JsonEncodedText.Encode(name, JavaScriptEncoder.UnsafeRelaxedJsonEscaping);
        ReadOnlySpan<byte> head = "{\"command_name\":\""u8;
        ReadOnlySpan<byte> middle = "\",\"command_param\":"u8;
        int length = head.Length + encodedName.EncodedUtf8Bytes.Length + middle.Length + Encoding.UTF8.GetByteCount(param) + 1;
        byte[] rented = ArrayPool<byte>.Shared.Rent(length);
        Span<byte> rest = rented;
        rest = Append(rest, head);
        rest = Append(rest, encodedName.EncodedUtf8Bytes);
        rest = Append(rest, middle);
        rest = rest[Encoding.UTF8.GetBytes(param, rest)..];
        rest[0] = (byte)'}';
        return new CommandBody(rented, length);
    }

    /// <summary>A copy that outlives the buffer.</summary>
    public byte[] ToArray() => Memory.ToArray();

    /// <inheritdoc/>
    public void Dispose() => ArrayPool<byte>.Shared.Return(_rented);

    private static Span<byte> Append(Span<byte> rest, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(rest);
        return rest[bytes.Length..];
    }
}
