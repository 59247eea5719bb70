using System.Buffers;
using System.IO.Pipelines;
using CommandBroker.Gateway.Http;

namespace CommandBroker.Gateway.Management;

/// <summary>
/// Cuts a stream into lines, a window at a time, holding never more than one window and one line. A window closes at its number of lines or at
/// <see cref="MaxWindowBytes"/>, whichever comes first, so that long lines do not add up.
/// </summary>
internal sealed class BatchReader(PipeReader reader, int windowLines, int maxLineBytes)
{
    /// <summary>A window takes no more lines at this size, in bytes.</summary>
    public const int MaxWindowBytes = 1024 * 1024;

    private long _windowBytes;
    private long _number;
    private bool _isSkipping;

    /// <summary>Reads what has come, at most a window of lines; waits only when nothing has. Empty lines count but are passed over.</summary>
    /// <returns>False at the end of the stream.</returns>
    /// <exception cref="BadHttpRequestException">The stream was cut; the unfinished line is not among those read.</exception>
    public async ValueTask<bool> ReadWindowAsync(List<BatchLine> window, CancellationToken cancellationToken)
    {
        window.Clear();
        _windowBytes = 0;
        while (true)
        {
            ReadResult read = await reader.ReadAsync(cancellationToken);
            ReadOnlySequence<byte> rest = read.Buffer;
            while (!IsFull(window) && TryCut(ref rest, read.IsCompleted, out ReadOnlySequence<byte> line))
            {
                Take(window, line);
            }

            bool isFull = IsFull(window);
            if (!isFull && rest.Length > maxLineBytes)
            {
                StartSkipping(window);
                rest = rest.Slice(rest.End);
            }

            // What a full window left over has not been looked at: the next read must return at once.
            reader.AdvanceTo(rest.Start, isFull ? rest.Start : rest.End);
            if (window.Count > 0)
            {
                return true;
            }

            if (read.IsCompleted)
            {
                return false;
            }
        }
    }

    private bool IsFull(List<BatchLine> window) => window.Count >= windowLines || _windowBytes >= MaxWindowBytes;

    private static bool TryCut(ref ReadOnlySequence<byte> rest, bool isLast, out ReadOnlySequence<byte> line)
    {
        if (rest.PositionOf((byte)'\n') is { } end)
        {
            line = rest.Slice(0, end);
            rest = rest.Slice(rest.GetPosition(1, end));
            return true;
        }

        line = rest;
        rest = rest.Slice(rest.End);
        if (isLast && !line.IsEmpty)
        {
            return true;
        }

        rest = line;
        return false;
    }

    private void Take(List<BatchLine> window, in ReadOnlySequence<byte> line)
    {
        if (_isSkipping)
        {
            // The end of a line that was refused when it grew too long.
            _isSkipping = false;
            return;
        }

        _number++;
        if (line.Length > maxLineBytes)
        {
            window.Add(TooLong());
            return;
        }

        ReadOnlySpan<byte> whole = line.IsSingleSegment ? line.FirstSpan : line.ToArray();
        ReadOnlySpan<byte> utf8 = whole[(_number == 1 ? ByteOrderMark.LengthIn(whole) : 0)..].Trim(" \t\r"u8);
        if (!utf8.IsEmpty)
        {
            _windowBytes += utf8.Length;
            window.Add(BatchLine.Read(_number, utf8));
        }
    }

    private void StartSkipping(List<BatchLine> window)
    {
        if (!_isSkipping)
        {
            _number++;
            _isSkipping = true;
            window.Add(TooLong());
        }
    }

    private BatchLine TooLong()
    {
        var line = new BatchLine(_number);
        line.Refuse(new BrokerException(BrokerErrorReason.InvalidArgument, $"The line is too long; Gateway:MaxBodyBytes allows {maxLineBytes} bytes."));
        return line;
    }
}
