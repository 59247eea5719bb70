using System.Text;
using Microsoft.Win32.SafeHandles;

namespace CommandBroker.Cli;

/// <summary>The process's standard output, told when its reader has gone: the console's own writer passes over that and writes on for ever.</summary>
internal static class StandardOutput
{
    private const int BrokenPipe = 32; // EPIPE

    /// <summary>The writer: of a pipe one that fails once the reader has gone, else the console's.</summary>
    public static TextWriter Open()
    {
        if (OperatingSystem.IsWindows() || !Console.IsOutputRedirected)
        {
            return Console.Out;
        }

        var stream = new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        return stream.CanSeek ? Console.Out : Over(stream);
    }

    /// <summary>A writer over a pipe.</summary>
    public static TextWriter Over(Stream pipe) =>
        TextWriter.Synchronized(new StreamWriter(pipe, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { AutoFlush = true });

    /// <summary>Whether a fault says that the reader has gone.</summary>
    public static bool IsReaderGone(Exception fault) => fault is IOException && (fault.HResult & 0xFFFF) == BrokenPipe;
}
