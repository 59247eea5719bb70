using System.Buffers;
using System.IO.Pipelines;

namespace CommandBroker.Gateway.Http;

/// <summary>A request's body in a pooled buffer; dispose gives the buffer back.</summary>
internal readonly struct RequestBody : IDisposable
{
    private readonly byte[]? _rented;
    private readonly int _length;

    private RequestBody(RequestBodyStatus status, byte[]? rented = null, int length = 0)
    {
        Status = status;
        _rented = rented;
        _length = length;
    }

    /// <summary>Whether the whole body is here.</summary>
    public RequestBodyStatus Status { get; }

    /// <summary>The body without a byte order mark; empty unless it is whole.</summary>
    public ReadOnlySpan<byte> Utf8 => Memory.Span;

    /// <summary>The same as memory.</summary>
    public ReadOnlyMemory<byte> Memory => _rented.AsMemory(0, _length)[ByteOrderMark.LengthIn(_rented.AsSpan(0, _length))..];

    /// <summary>Reads the body, but not more than <paramref name="maxBytes"/>: what is longer is left unread and the connection closes after the answer.</summary>
    public static async ValueTask<RequestBody> ReadAsync(HttpContext context, int maxBytes)
    {
        if (context.Request.ContentLength > maxBytes)
        {
            return TooLong(context);
        }

        PipeReader reader = context.Request.BodyReader;
        try
        {
            while (true)
            {
                ReadResult read = await reader.ReadAsync();
                if (read.Buffer.Length > maxBytes)
                {
                    reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                    return TooLong(context);
                }

                if (read.IsCompleted)
                {
                    return Copy(reader, read.Buffer);
                }

                reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            }
        }
        catch (BadHttpRequestException refused) when (refused.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return TooLong(context);
        }
        catch (BadHttpRequestException)
        {
            return new RequestBody(RequestBodyStatus.Cut);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_rented is not null)
        {
            ArrayPool<byte>.Shared.Return(_rented);
        }
    }

    private static RequestBody Copy(PipeReader reader, in ReadOnlySequence<byte> body)
    {
        int length = (int)body.Length;
        byte[] rented = ArrayPool<byte>.Shared.Rent(length);
        body.CopyTo(rented);
        reader.AdvanceTo(body.End);
        return new RequestBody(RequestBodyStatus.Whole, rented, length);
    }

    private static RequestBody TooLong(HttpContext context)
    {
        context.Response.Headers.Connection = "close";
        return new RequestBody(RequestBodyStatus.TooLong);
    }
}
