namespace CommandBroker.Gateway.Health;

/// <summary>What a start still waits for. HTTP answers from the first moment, so that <c>/readyz</c> can tell.</summary>
public sealed class StartProgress
{
    /// <summary>The database does not answer yet.</summary>
    public const string Database = "database";

    /// <summary>The silo, or for a gateway any silo, is not there yet.</summary>
    public const string Silo = "silo";

    private readonly TaskCompletionSource _completed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile string? _missing;

    /// <summary>Starts the account.</summary>
    /// <param name="missing">What is waited for first; null when nothing is, as where the host has started everything before the gateway.</param>
    public StartProgress(string? missing = null)
    {
        if (missing is null)
        {
            Complete();
        }
        else
        {
            WaitFor(missing);
        }
    }

    /// <summary>What is missing: <see cref="Database"/>, <see cref="Silo"/>, or null when the start is complete.</summary>
    public string? Missing => _missing;

    /// <summary>Completes with the start; before, no grain can be called.</summary>
    public Task Completed => _completed.Task;

    /// <summary>Notes what the start waits for now.</summary>
    public void WaitFor(string what) => _missing = what;

    /// <summary>Notes that the start waits for nothing more.</summary>
    public void Complete()
    {
        _missing = null;
        _completed.TrySetResult();
    }
}
