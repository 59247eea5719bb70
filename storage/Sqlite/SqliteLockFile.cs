using System.Globalization;

namespace CommandBroker.Storage.Sqlite;

/// <summary>Keeps a second broker away from a data directory. The lock is the operating system's and ends with the process, however that ends.</summary>
internal sealed class SqliteLockFile : IDisposable
{
    private readonly FileStream _lock;

    private SqliteLockFile(FileStream held) => _lock = held;

    /// <summary>Takes the lock and notes the own process id beside it.</summary>
    /// <exception cref="InvalidOperationException">Another broker holds it.</exception>
    public static SqliteLockFile Take(string directory)
    {
        string noteFile = Path.Combine(directory, "broker.pid");
        try
        {
            var held = new FileStream(Path.Combine(directory, "broker.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            try
            {
                File.WriteAllText(noteFile, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
                return new SqliteLockFile(held);
            }
            catch
            {
                held.Dispose();
                throw;
            }
        }
        catch (IOException fault) when (fault is not (DirectoryNotFoundException or FileNotFoundException or PathTooLongException) && IsHeld(directory))
        {
            string owner = File.Exists(noteFile) ? File.ReadAllText(noteFile) : "unknown";
            throw new InvalidOperationException(
                $"The data directory {Path.GetFullPath(directory)} is in use by another broker, process {owner}. "
                + "Stop that one, or set Storage:DataDirectory to another directory.", fault);
        }
    }

    public void Dispose() => _lock.Dispose();

    /// <summary>Tells a lock from a disk that is full or read-only: a held file cannot be opened for reading either.</summary>
    private static bool IsHeld(string directory)
    {
        try
        {
            using FileStream probe = File.Open(Path.Combine(directory, "broker.lock"), FileMode.Open, FileAccess.Read, FileShare.Read);
            return false;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }
}
