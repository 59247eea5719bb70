namespace CommandBroker.Storage;

/// <summary>A write of membership that is tried again at once, and again, until it is there.</summary>
public static class MembershipWrite
{
    // A database that comes back finds every silo within this; a pool of connections that broke is used up within a second.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <summary>Writes until it succeeds. Called at any time and by any number; what fails is told once, not at every attempt.</summary>
    /// <param name="write">One attempt.</param>
    /// <param name="failed">Told why the first attempt failed.</param>
    /// <param name="clock">Measures the pauses.</param>
    /// <param name="cancellationToken">Ends it without a write.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static async Task UntilWrittenAsync(Func<Task> write, Action<Exception> failed, TimeProvider clock, CancellationToken cancellationToken)
    {
        for (bool first = true; ; first = false)
        {
            try
            {
                await write();
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
}
