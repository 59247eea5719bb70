namespace CommandBroker.Storage;

/// <summary>A write of membership that is tried again at once, and again, until it is there.</summary>
public static class MembershipWrite
{
    // A database that comes back finds every silo within these two; a pool of connections that broke is used up within a second.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    // Where packets vanish an attempt by itself ends after 15 or 30 s.
    private static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(2);

    /// <summary>Writes until it succeeds. Called at any time and by any number; what fails is told once, not at every attempt.</summary>
    /// <param name="write">One attempt. It is cancelled after 2 s and, whether it ends then or not, followed by the next, so two may be under way: it must be harmless to repeat.</param>
    /// <param name="failed">Told why the first attempt failed.</param>
    /// <param name="clock">Measures the pauses and the attempts.</param>
    /// <param name="cancellationToken">Ends the repeating: the attempt that is under way has its time and is the last.</param>
    /// <exception cref="OperationCanceledException">It was cancelled in a pause.</exception>
    /// <exception cref="Exception">It was cancelled during an attempt, and why that failed.</exception>
    public static async Task UntilWrittenAsync(
        Func<CancellationToken, Task> write, Action<Exception> failed, TimeProvider clock, CancellationToken cancellationToken)
    {
        for (bool first = true; ; first = false)
        {
            try
            {
                await OnceAsync(write, clock);
                return;
            }
            catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
            {
                // Whatever it is, the others must go on hearing of this silo, and the next attempt says whether it lasts.
                if (first)
                {
                    failed(fault);
                }
            }

            await Task.Delay(Pause, clock, cancellationToken);
        }
    }

    private static async Task OnceAsync(Func<CancellationToken, Task> write, TimeProvider clock)
    {
        using var limit = new CancellationTokenSource();
        try
        {
            await write(limit.Token).WaitAsync(AttemptTimeout, clock, CancellationToken.None);
        }
        catch (TimeoutException)
        {
            await limit.CancelAsync();
            throw;
        }
    }
}
