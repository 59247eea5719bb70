namespace CommandBroker.Grains;

/// <summary>One activation's word on whether its queue is idle. Written by the activation alone, read by any thread.</summary>
internal sealed class LocalQueue
{
    // A timestamp of the TimeProvider; 0 means not idle.
    private long _idleUntil;

    /// <summary>Whether the queue is empty, and no poll needs to be noted yet.</summary>
    public bool IsIdleAt(long timestamp) => timestamp < Volatile.Read(ref _idleUntil);

    /// <summary>The queue is empty: polls until that timestamp need not reach the activation.</summary>
    public void SetIdle(long until) => Volatile.Write(ref _idleUntil, until);

    /// <summary>Something may be due. To be said before the commit that makes it so.</summary>
    public void SetBusy() => Volatile.Write(ref _idleUntil, 0);
}
