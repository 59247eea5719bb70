using System.Diagnostics;

namespace CommandBroker.EndToEnd.Tests;

/// <summary>A disk of a few megabytes, mounted for one test, that can be filled, and taken away for writing.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("commandbroker-disk-").FullName;
    private readonly string _filler;

    private SmallDisk(params string[] mount)
    {
        Root = Directory.CreateDirectory(Path.Combine(_directory, "mount")).FullName;

        // The server of PostgreSQL runs as another user and must come by.
        Run("chmod", ["0711", _directory]);
        _filler = Path.Combine(Root, "filler");
        Run("mount", [.. mount, Root]);
    }

    /// <summary>Where it is mounted.</summary>
    public string Root { get; }

    public string Data => Path.Combine(Root, "data");

    /// <summary>A disk in memory.</summary>
    public static SmallDisk InMemory(int megabytes) => new("-t", "tmpfs", "-o", $"size={megabytes}m,mode=0777", "commandbroker-test");

    /// <summary>A file system with a journal in a file, so that it can lose its disk as a real one does.</summary>
    public static SmallDisk Journaled(string image, int megabytes)
    {
        using (FileStream file = File.Create(image))
        {
            file.SetLength(megabytes * 1_048_576L);
        }

        Run("mkfs.ext4", ["-q", image]);
        return new SmallDisk("-o", "loop", image);
    }

    /// <summary>Leaves no byte free.</summary>
    public void Fill()
    {
        // Unbuffered: what was written is on the disk, or there was no room for it.
        using var file = new FileStream(_filler, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        for (byte[] chunk = new byte[65_536]; chunk.Length > 0; chunk = new byte[chunk.Length / 2])
        {
            try
            {
                while (true)
                {
                    file.Write(chunk);
                }
            }
            catch (IOException)
            {
                // Full for a piece of this length; try smaller ones.
            }
        }
    }

    /// <summary>Gives the space back.</summary>
    public void Empty() => File.Delete(_filler);

    /// <summary>Nobody may write for as long as no file is open for writing.</summary>
    public void MakeReadOnly() => Run("mount", ["-o", "remount,ro", Root]);

    public void MakeWritable() => Run("mount", ["-o", "remount,rw", Root]);

    /// <summary>What the kernel does when the disk below fails: read-only at once, open files or not, until it is mounted anew.</summary>
    public void Fail() => Run("mount", ["-o", "remount,abort", Root]);

    public void MountAgain(string image)
    {
        Run("umount", [Root]);
        Run("mount", ["-o", "loop", image, Root]);
    }

    public void Dispose()
    {
        Run("umount", ["--lazy", Root]);
        Directory.Delete(_directory, recursive: true);
    }

    /// <exception cref="InvalidOperationException">It ended with another code than 0; the message holds what it said.</exception>
    public static void Run(string program, string[] args)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, args) { RedirectStandardError = true })!;
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} {string.Join(' ', args)}: {error}");
        }
    }
}
