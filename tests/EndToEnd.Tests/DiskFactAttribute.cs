using CommandBroker.Testing;
using Xunit;

namespace CommandBroker.EndToEnd.Tests;

/// <summary>A fact that mounts a disk of its own, which only root may; skipped with the line that mends it elsewhere.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class DiskFactAttribute : FactAttribute
{
    /// <summary>Set to 1, as CI does where it can mount, a test that cannot run fails instead of being skipped.</summary>
    private const string RequireVariable = "COMMANDBROKER_REQUIRE_DISKS";

    private static readonly Lazy<bool> CanMount = new(TryMount);

    private string? _skip;

    /// <summary>A program besides <c>mount</c> that it needs.</summary>
    public string? Needs { get; set; }

    /// <summary>Whether it needs a PostgreSQL of its own.</summary>
    public bool OnPostgres { get; set; }

    /// <inheritdoc/>
    public override string? Skip
    {
        get => _skip ?? (Environment.GetEnvironmentVariable(RequireVariable) == "1" ? null : Reason());
        set => _skip = value;
    }

    private string? Reason() =>
        !CanMount.Value ? "run as root where mount is allowed: this test mounts a disk of a few megabytes"
        : Needs is not null && !IsInstalled(Needs) ? $"install {Needs}: this test needs it to break a disk"
        : OnPostgres ? PostgresAvailability.SkipReason(ownServer: true)
        : null;

    private static bool TryMount()
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
        {
            return false;
        }

        try
        {
            SmallDisk.InMemory(megabytes: 1).Dispose();
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static bool IsInstalled(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin").Any(directory => File.Exists(Path.Combine(directory, program)));
}
