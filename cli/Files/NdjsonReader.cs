using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace CommandBroker.Cli.Files;

/// <summary>
/// Cuts a stream into lines in bounded memory, whatever is in it. Empty lines are passed over. A read of a terminal or a pipe obeys no token: one that
/// is under way at a cancellation is left to itself, and what it gets is lost.
/// </summary>
internal static class NdjsonReader
{
    /// <summary>The longest line. Sixteen times the default of <c>Queue:MaxParamBytes</c>.</summary>
    public const int MaxLineBytes = 1 << 20;

    private static readonly byte[] ByteOrderMark = [0xEF, 0xBB, 0xBF];

    public static async IAsyncEnumerable<NdjsonLine> ReadAsync(Stream stream, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        PipeReader pipe = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 1 << 16, leaveOpen: true));
        long number = 0;
        long offset = 0;
        bool isTooLong = false;
        bool isCompleted = false;
        while (!isCompleted)
        {
            ReadResult read = await pipe.ReadAsync(cancellationToken).AsTask().WaitAsync(cancellationToken);
            ReadOnlySequence<byte> rest = read.Buffer;
            isCompleted = read.IsCompleted;
            while (TakeLine(ref rest, isCompleted, out ReadOnlySequence<byte> taken))
            {
                number++;
                offset += taken.Length;
                NdjsonLine line = isTooLong || taken.Length > MaxLineBytes
                    ? new NdjsonLine(number, null, offset)
                    : new NdjsonLine(number, Trim(taken.ToArray(), isFirst: number == 1), offset);
                isTooLong = false;
                if (line.Utf8 is not { Length: 0 })
                {
                    yield return line;
                }
            }

            if (rest.Length > MaxLineBytes)
            {
                isTooLong = true;
                offset += rest.Length;
                rest = rest.Slice(rest.End);
            }

            pipe.AdvanceTo(rest.Start, rest.End);
        }

        await pipe.CompleteAsync();
    }

    private static bool TakeLine(ref ReadOnlySequence<byte> rest, bool isCompleted, out ReadOnlySequence<byte> line)
    {
        if (rest.PositionOf((byte)'\n') is { } end)
        {
            SequencePosition next = rest.GetPosition(1, end);
            line = rest.Slice(0, next);
            rest = rest.Slice(next);
            return true;
        }

        line = isCompleted ? rest : default;
        rest = isCompleted ? rest.Slice(rest.End) : rest;
        return !line.IsEmpty;
    }

    private static byte[] Trim(ReadOnlySpan<byte> line, bool isFirst) =>
        (isFirst && line.StartsWith(ByteOrderMark) ? line[ByteOrderMark.Length..] : line).Trim(" \t\r\n"u8).ToArray();
}
