using CommandBroker.Contracts;

namespace CommandBroker.Cli.Files;

/// <summary>A file that is made once and never overwritten.</summary>
internal static class NewFile
{
    /// <summary>Makes it. One that is there already with the same content is left as it is, so a run may be repeated.</summary>
    /// <returns>Whether it was made.</returns>
    /// <exception cref="BrokerException">InvalidArgument: it is there with other content, or cannot be made.</exception>
    public static bool Write(string path, byte[] content)
    {
        try
        {
            using FileStream? made = Open(path);
            made?.Write(content);
            if (made is not null || File.ReadAllBytes(path).AsSpan().SequenceEqual(content))
            {
                return made is not null;
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new BrokerException(BrokerErrorReason.InvalidArgument, $"{path} cannot be written: {fault.Message}", fault);
        }

        throw new BrokerException(
            BrokerErrorReason.InvalidArgument,
            $"{path} is there with other content, and nothing is overwritten; remove it, or name another with --file.");
    }

    private static FileStream? Open(string path)
    {
        try
        {
            return new FileStream(path, FileMode.CreateNew, FileAccess.Write);
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }
    }
}
