namespace CommandBroker.Gateway.Identity;

/// <summary>
/// Keeps an answer that was asked for before a change from being remembered after it: otherwise a credential that was revoked while it was
/// looked up would count for as long as it is remembered.
/// </summary>
internal sealed class ChangeFence
{
    private readonly Lock _gate = new();
    private long _number;

    /// <summary>The changes so far; note it before asking.</summary>
    public long Number => Volatile.Read(ref _number);

    /// <summary>Remembers an answer, unless something has changed since it was asked for.</summary>
    /// <returns>Whether it was remembered.</returns>
    public bool TryKeep(long number, Action keep)
    {
        lock (_gate)
        {
            if (_number != number)
            {
                return false;
            }

            keep();
            return true;
        }
    }

    /// <summary>Forgets what has changed.</summary>
    public void Change(Action forget)
    {
        lock (_gate)
        {
            _number++;
            forget();
        }
    }
}
