using System.Runtime.InteropServices;

namespace CommandBroker.Cli.Login;

/// <summary>Tells whether nobody but this user, and the machine's administrator, could have written a file or directory.</summary>
internal static partial class FileOwner
{
    private const UnixFileMode OthersWrite = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    private const UnixFileMode OthersAny = OthersWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Whether it belongs to this user and no other may write it. On Windows the directory's access list decides: always true.</summary>
    public static bool IsOursAlone(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return true;
        }

        UnixFileMode mode = File.GetUnixFileMode(path);
        if (OperatingSystem.IsLinux())
        {
            return (mode & OthersWrite) == 0 && OwnerOf(path) == EffectiveUser();
        }

        // Without a way to ask for the owner: what only its owner may read, and we can, is ours.
        return EffectiveUser() != 0 && (mode & OthersAny) == 0;
    }

    private static uint? OwnerOf(string path)
    {
        // struct statx has one layout on every architecture; stx_uid is its sixth 32-bit word. 256 bytes by linux/stat.h.
        const int CurrentDirectory = -100;
        const uint UserId = 0x8;
        Span<uint> found = stackalloc uint[64];
        return StatX(CurrentDirectory, path, 0, UserId, found) == 0 ? found[5] : null;
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(int directory, string path, int flags, uint mask, Span<uint> found);
}
