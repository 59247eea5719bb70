using CommandBroker.Testing;
using Xunit;

namespace CommandBroker.EndToEnd.Tests;

/// <summary>A fact that mounts a disk of its own, which only root may; skipped with the line that mends it elsewhere.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class DiskFactAttribute : FactAttribute
{
    /// <summary>Set to 1, as CI does where it can mount, a test that cannot run fails instead of being skipped.</summary>
    private const string RequireVariable = "COMMANDBROKER_REQUIRE_DISKS";

    private static readonly Lazy<bool> CanMount = new(() => Try(() => SmallDisk.InMemory(megabytes: 1).Dispose()));
    private static readonly Lazy<bool> CanLoop = new(() => Try(TryLoop));
    private static readonly Lazy<bool> CanTrace = new(() => Try(() => SmallDisk.Run("strace", ["-o", "/dev/null", "true"])));

    private string? _skip;

    /// <summary>Whether it needs a file system with a journal, in a file.</summary>
    public bool NeedsLoop { get; set; }

    /// <summary>Whether it makes system calls fail.</summary>
    public bool NeedsTrace { get; set; }

    /// <summary>Whether it needs a PostgreSQL of its own.</summary>
    public bool OnPostgres { get; set; }

    /// <inheritdoc/>
    public override string? Skip
    {
        get => _skip ?? (Environment.GetEnvironmentVariable(RequireVariable) == "1" ? null : Reason());
        set => _skip = value;
    }

    private string? Reason() =>
        !OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess || !CanMount.Value ? "run as root where mount is allowed: this test mounts a disk of a few megabytes"
        : NeedsLoop && !CanLoop.Value ? "install e2fsprogs and allow loop devices: this test mounts a file system out of a file"
        : NeedsTrace && !CanTrace.Value ? "install strace and allow ptrace: this test makes system calls fail"
        : OnPostgres ? PostgresAvailability.SkipReason(ownServer: true)
        : null;

    private static void TryLoop()
    {
        string image = Path.GetTempFileName();
        try
        {
            SmallDisk.Journaled(image, megabytes: 8).Dispose();
        }
        finally
        {
            File.Delete(image);
        }
    }

    private static bool Try(Action probe)
    {
        try
        {
            probe();
            return true;
        }
        catch (Exception fault) when (fault is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
