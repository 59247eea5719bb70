using System.Threading.RateLimiting;

namespace CommandBroker.Gateway.Identity;

/// <summary>Lets only so many questions at one time go to the silos, and only so many wait: made-up credentials must not flood them.</summary>
internal sealed class LookupGate(AdmissionOptions options) : IDisposable
{
    private readonly ConcurrencyLimiter _limiter = new(new ConcurrencyLimiterOptions
    {
        PermitLimit = options.MaxConcurrentLookups,
        QueueLimit = options.MaxWaitingLookups,
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
    });

    /// <summary>Asks when it is its turn.</summary>
    /// <exception cref="BrokerException">Unreachable: too many wait already.</exception>
    public async Task<T> RunAsync<T>(Func<ValueTask<T>> ask)
    {
        using RateLimitLease lease = await _limiter.AcquireAsync();
        return lease.IsAcquired
            ? await ask()
            : throw new BrokerException(
                BrokerErrorReason.Unreachable,
                $"Too many credentials are being looked up; Identity:MaxWaitingLookups allows {options.MaxWaitingLookups} to wait.");
    }

    /// <inheritdoc/>
    public void Dispose() => _limiter.Dispose();
}
