namespace CommandBroker.Gateway.Http;

/// <summary>
/// Bounds what this gateway works on at one time. What is beyond is refused before anything is done for it: queued here, it would cost memory
/// and be answered after its agent has given up.
/// </summary>
internal sealed class RequestGate(IOptions<GatewayOptions> options)
{
    private readonly int _limit = options.Value.MaxConcurrentRequests;
    private int _count;

    /// <summary>Enters, unless it is full.</summary>
    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _count) <= _limit)
        {
            return true;
        }

        Interlocked.Decrement(ref _count);
        return false;
    }

    /// <summary>Leaves; nothing when the request never entered.</summary>
    public void Leave(bool isEntered)
    {
        if (isEntered)
        {
            Interlocked.Decrement(ref _count);
        }
    }
}
