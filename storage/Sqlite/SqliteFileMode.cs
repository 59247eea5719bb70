namespace CommandBroker.Storage.Sqlite;

/// <summary>
/// Keeps the files of a store from other users: they hold hashes of passwords and tokens, parameters and the audit. SQLite gives the files beside the
/// database the mode of the database itself.
/// </summary>
internal static class SqliteFileMode
{
    private const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const UnixFileMode OwnerDirectory = OwnerFile | UnixFileMode.UserExecute;

    private const UnixFileMode Others = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>Makes a directory for its owner only; one that is there keeps its mode.</summary>
    public static void CreateDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, OwnerDirectory);
        }
    }

    /// <summary>Makes a file for its owner only. One that is there is closed to strangers, and keeps what its owner's group may do.</summary>
    public static void CreateFile(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite, UnixCreateMode = OwnerFile };
        new FileStream(path, options).Dispose();
        foreach (string file in (string[])[path, $"{path}-wal", $"{path}-shm"])
        {
            Close(file);
        }
    }

    private static void Close(string path)
    {
        if (OperatingSystem.IsWindows() || !File.Exists(path) || (File.GetUnixFileMode(path) & Others) == 0)
        {
            return;
        }

        try
        {
            File.SetUnixFileMode(path, File.GetUnixFileMode(path) & ~Others);
        }
        catch (UnauthorizedAccessException)
        {
            // Somebody else owns it and lets us write: its mode is theirs to choose.
        }
    }
}
