namespace CommandBroker.Gateway.Identity;

/// <summary>Lets only so many questions at one time go to the silos, and only so many wait: made-up credentials must not flood them.</summary>
internal sealed class LookupGate(AdmissionOptions options) : IDisposable
{
    private readonly SemaphoreSlim _free = new(options.MaxConcurrentLookups);
    private int _waiting;

    /// <summary>Asks when it is its turn.</summary>
    /// <exception cref="BrokerException">Unreachable: too many wait already.</exception>
    public async Task<T> RunAsync<T>(Func<ValueTask<T>> ask)
    {
        if (Interlocked.Increment(ref _waiting) > options.MaxConcurrentLookups + options.MaxWaitingLookups)
        {
            Interlocked.Decrement(ref _waiting);
            throw new BrokerException(
                BrokerErrorReason.Unreachable,
                $"Too many credentials are being looked up; Identity:MaxWaitingLookups allows {options.MaxWaitingLookups} to wait.");
        }

        await _free.WaitAsync();
        try
        {
            return await ask();
        }
        finally
        {
            _free.Release();
            Interlocked.Decrement(ref _waiting);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _free.Dispose();
}
