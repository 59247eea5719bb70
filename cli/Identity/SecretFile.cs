using System.CommandLine;
using CommandBroker.Contracts;

namespace CommandBroker.Cli.Identity;

/// <summary>A new file that only its owner may read. It is opened before the secret is made, so that a secret is never lost for want of a place.</summary>
internal sealed class SecretFile : IDisposable
{
    private readonly FileStream _stream;
    private bool _isWritten;

    private SecretFile(FileStream stream) => _stream = stream;

    public string Path => _stream.Name;

    public static Option<string?> Option() => new("--secret-file")
    {
        Description = "Write the key, as json, into this new file, which only you may read; default: to the output",
        HelpName = "FILE",
    };

    /// <summary>Makes the file; null when none is wanted.</summary>
    /// <exception cref="BrokerException">InvalidArgument: there is such a file, or it cannot be made.</exception>
    public static SecretFile? Open(string? path)
    {
        if (path is null)
        {
            return null;
        }

        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        try
        {
            return new SecretFile(new FileStream(path, options));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new BrokerException(BrokerErrorReason.InvalidArgument, $"--secret-file makes a new file: {fault.Message}", fault);
        }
    }

    public void Write(byte[] content)
    {
        _stream.Write(content);
        _stream.Flush(flushToDisk: true);
        _isWritten = true;
    }

    /// <summary>Closes the file, and removes one that got no secret.</summary>
    public void Dispose()
    {
        _stream.Dispose();
        if (!_isWritten)
        {
            File.Delete(_stream.Name);
        }
    }
}
