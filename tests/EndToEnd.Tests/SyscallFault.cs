using System.Diagnostics;

namespace CommandBroker.EndToEnd.Tests;

/// <summary>Makes system calls of a running process fail, until it is disposed: what a disk answers that is read-only or broken.</summary>
internal sealed class SyscallFault : IAsyncDisposable
{
    private readonly Process _strace;

    private SyscallFault(Process strace) => _strace = strace;

    /// <param name="processId">Whose calls fail.</param>
    /// <param name="calls">Which, as strace names them.</param>
    /// <param name="error">What they answer, as <c>EIO</c>.</param>
    public static async Task<SyscallFault> InjectAsync(int processId, string calls, string error)
    {
        var start = new ProcessStartInfo("strace", ["-f", "-p", $"{processId}", "-o", "/dev/null", "-e", $"trace={calls}", "-e", $"inject={calls}:error={error}"])
        {
            RedirectStandardError = true,
        };
        Process strace = Process.Start(start)!;
        string? said = await strace.StandardError.ReadLineAsync();
        if (said?.Contains("attached", StringComparison.Ordinal) != true)
        {
            throw new InvalidOperationException($"strace did not attach: {said}");
        }

        return new SyscallFault(strace);
    }

    public async ValueTask DisposeAsync()
    {
        using (Process kill = Process.Start("kill", ["-INT", $"{_strace.Id}"]))
        {
            await kill.WaitForExitAsync();
        }

        await _strace.StandardError.ReadToEndAsync();
        await _strace.WaitForExitAsync();
        _strace.Dispose();
    }
}
