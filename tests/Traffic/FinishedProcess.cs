using System.Diagnostics;

namespace CommandBroker.Traffic;

/// <summary>A program that ran to its end, with its exit code and what it wrote.</summary>
public sealed record FinishedProcess(int ExitCode, string Out, string Error)
{
    /// <summary>Runs it.</summary>
    /// <param name="start">What to run; both outputs are taken.</param>
    /// <param name="deadline">When it is killed with all that it started; infinite when it ends by itself.</param>
    /// <exception cref="OperationCanceledException">It had not ended by the deadline.</exception>
    public static async Task<FinishedProcess> RunAsync(ProcessStartInfo start, TimeSpan deadline)
    {
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        using Process process = Process.Start(start)!;
        using var timeout = new CancellationTokenSource(deadline);
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(timeout.Token);
            Task<string> error = process.StandardError.ReadToEndAsync(timeout.Token);
            await process.WaitForExitAsync(timeout.Token);
            return new FinishedProcess(process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }
}
