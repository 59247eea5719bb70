using System.Text;

namespace CommandBroker.Cli.Tests;

/// <summary>An input that has some lines and does not end: whoever asks for more is interrupted.</summary>
/// <param name="lines">What it has.</param>
/// <param name="interrupt">Cancelled when more is asked for.</param>
/// <param name="isDeaf">Whether a read that waits goes on waiting when it is cancelled, as that of a terminal or of a pipe does.</param>
internal sealed class EndlessLines(string lines, CancellationTokenSource interrupt, bool isDeaf = false) : Stream
{
    private readonly MemoryStream _lines = new(Encoding.UTF8.GetBytes(lines));

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read = _lines.Read(buffer.Span);
        if (read == 0)
        {
            await interrupt.CancelAsync();
            await Task.Delay(Timeout.Infinite, isDeaf ? CancellationToken.None : cancellationToken);
        }

        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        _lines.Dispose();
        base.Dispose(disposing);
    }
}
