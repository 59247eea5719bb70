using CommandBroker.Contracts;

namespace CommandBroker.Client;

/// <summary>Repeats a call that may be repeated: with full jitter, so that clients that failed together do not come back together.</summary>
internal sealed class CallRetrier(RetryOptions options, TimeProvider time, Func<double> random)
{
    private const string RetryAfterKey = "CommandBroker.RetryAfter";

    /// <summary>Notes on an exception how long the broker asked to wait.</summary>
    public static BrokerException WithRetryAfter(BrokerException fault, TimeSpan? retryAfter)
    {
        fault.Data[RetryAfterKey] = retryAfter;
        return fault;
    }

    public static bool MayRetry(BrokerErrorReason reason) =>
        reason is BrokerErrorReason.Unreachable or BrokerErrorReason.StorageUnavailable or BrokerErrorReason.Throttled;

    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return await call(cancellationToken);
            }
            catch (BrokerException fault) when (HasNext(attempt) && MayRetry(fault.Reason))
            {
                await PauseAsync(attempt, fault, cancellationToken);
            }
        }
    }

    public bool HasNext(int attempt) => attempt < options.MaxAttempts;

    public Task PauseAsync(int attempt, BrokerException? fault, CancellationToken cancellationToken)
    {
        TimeSpan ceiling = options.BaseInterval * Math.Pow(2, attempt - 1);
        TimeSpan pause = (ceiling < options.MaxInterval ? ceiling : options.MaxInterval) * random();
        if (fault?.Data[RetryAfterKey] is TimeSpan asked)
        {
            pause += asked < options.MaxRetryAfter ? asked : options.MaxRetryAfter;
        }

        if (fault is not null)
        {
            options.OnRetry?.Invoke(fault, pause);
        }

        return Task.Delay(pause, time, cancellationToken);
    }
}
