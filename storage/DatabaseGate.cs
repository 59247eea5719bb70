namespace CommandBroker.Storage;

/// <summary>Says when the database is open, to what runs in the background of a host that starts everything at the same time.</summary>
public sealed class DatabaseGate
{
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Makes one.</summary>
    /// <param name="isOpen">Whether the host opens the database before it starts anything.</param>
    public DatabaseGate(bool isOpen)
    {
        if (isOpen)
        {
            Open();
        }
    }

    /// <summary>Completes when the database is open; never when it cannot be opened.</summary>
    public Task Opened => _opened.Task;

    /// <summary>Notes that the database is open.</summary>
    public void Open() => _opened.TrySetResult();
}
