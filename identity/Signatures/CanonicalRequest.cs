// On every signed request: one buffer is filled front to back and hashed in one piece, nothing is allocated. bench/Signatures guards it.
using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Unicode;

namespace CommandBroker.Identity.Signatures;

/// <summary>The text whose hash is signed: method, path, query, headers, names of the headers, payload, one line break between each.</summary>
internal ref struct CanonicalRequest(Span<byte> buffer)
{
    private readonly Span<byte> _buffer = buffer;
    private int _length;
    private int _queryStart;

    /// <summary>The bytes the buffer needs at most.</summary>
    /// <param name="request">The request, already checked.</param>
    /// <param name="names">SignedHeaders.</param>
    /// <param name="targetLength">The bytes of the target.</param>
    /// <param name="headersLength">What <see cref="SignatureForm.FindHeaders"/> said.</param>
    public static int MaxLength(in SignedRequest request, ReadOnlySpan<char> names, int targetLength, int headersLength) =>
        // Each parameter may get an equals sign that wasn't sent; there are at most as many as bytes.
        request.Method.Length + CanonicalPath.MaxLength(targetLength) + targetLength + headersLength + names.Length + SignatureForm.MaxPayloadLength + 5;

    /// <summary>Writes everything but the order of the query, which can be changed afterwards.</summary>
    /// <returns>False when a header's text isn't Unicode.</returns>
    public bool TryWrite(
        scoped SignedRequest request, scoped ReadOnlySpan<byte> path, scoped CanonicalQuery query,
        scoped ReadOnlySpan<char> names, scoped ReadOnlySpan<int> indexes, scoped ReadOnlySpan<byte> payload)
    {
        _length = Encoding.ASCII.GetBytes(request.Method, _buffer);
        Append('\n');
        _length = CanonicalPath.Write(path, _buffer, _length);
        Append('\n');
        _queryStart = _length;
        _length = query.Write(_buffer, _length);
        Append('\n');
        int header = 0;
        foreach (Range range in names.Split(';'))
        {
            Append(names[range]);
            Append(':');
            if (!TryAppendText(request.Headers[indexes[header++]].Value.AsSpan().Trim(" \t")))
            {
                return false;
            }

            Append('\n');
        }

        Append('\n');
        Append(names);
        Append('\n');
        payload.CopyTo(_buffer[_length..]);
        _length += payload.Length;
        return true;
    }

    /// <summary>Writes the query again, in the order it has now.</summary>
    public readonly void Rewrite(scoped CanonicalQuery query) => query.Write(_buffer, _queryStart);

    /// <summary>Hashes the text.</summary>
    /// <param name="destination">32 bytes.</param>
    public readonly void Hash(Span<byte> destination) => SHA256.HashData(_buffer[.._length], destination);

    private void Append(char ascii) => _buffer[_length++] = (byte)ascii;

    private void Append(scoped ReadOnlySpan<char> ascii) => _length += Encoding.ASCII.GetBytes(ascii, _buffer[_length..]);

    private bool TryAppendText(scoped ReadOnlySpan<char> text)
    {
        OperationStatus status = Utf8.FromUtf16(text, _buffer[_length..], out _, out int written, replaceInvalidSequences: false);
        _length += written;
        return status == OperationStatus.Done;
    }
}
