using System.Diagnostics;
using CommandBroker.Chaos.Cluster;

namespace CommandBroker.Chaos.Faults;

/// <summary>The disk fails: every fsync and fdatasync of PostgreSQL answers EIO, which strace puts in the kernel's place.</summary>
internal sealed class DiskFault : IFault
{
    private const string Error = "Input/output error";

    private Process? _strace;
    private int _errorsBefore;

    /// <inheritdoc/>
    public TimeSpan Hold => TimeSpan.FromSeconds(4);

    /// <inheritdoc/>
    public Task InjectAsync(Scene scene)
    {
        Database database = scene.Cluster.Database;
        _errorsBefore = database.CountInLog(Error);
        _strace = scene.Cluster.StartTool(["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync,fdatasync", "-e", "inject=fsync,fdatasync:error=EIO",
            .. database.Processes().SelectMany(pid => (string[])["-p", $"{pid}"])]);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<string?> ProveAsync(Scene scene)
    {
        int errors = scene.Cluster.Database.CountInLog(Error) - _errorsBefore;
        return Task.FromResult(errors > 0 ? $"PostgreSQL wrote \"{Error}\" {errors} times" : null);
    }

    /// <inheritdoc/>
    public async Task HealAsync(Scene scene)
    {
        await Shell.SignalAsync("TERM", _strace!.Id);
        await _strace.WaitForExitAsync();
        _strace.Dispose();
        await scene.Cluster.Database.WaitUntilItAnswersAsync();
    }
}
