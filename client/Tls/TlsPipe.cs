using System.IO.Pipelines;
using System.Net.Security;

namespace CommandBroker.Client.Tls;

/// <summary>The two ends of a TLS stream as the pipe that Orleans reads and writes. The stream is its owner's to dispose of.</summary>
internal sealed class TlsPipe(SslStream stream) : IDuplexPipe
{
    // What is flushed together goes out as one record a segment: with the default 4 KiB a batch of messages would be many small ones.
    private const int SegmentBytes = 16 * 1024;

    /// <inheritdoc/>
    public PipeReader Input { get; } = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: SegmentBytes, leaveOpen: true));

    /// <inheritdoc/>
    public PipeWriter Output { get; } = PipeWriter.Create(stream, new StreamPipeWriterOptions(minimumBufferSize: SegmentBytes, leaveOpen: true));
}
