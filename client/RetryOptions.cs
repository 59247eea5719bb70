using System.ComponentModel.DataAnnotations;
using CommandBroker.Contracts;

namespace CommandBroker.Client;

/// <summary>
/// How a client repeats calls that met <c>Unreachable</c>, <c>StorageUnavailable</c> or <c>Throttled</c>. The other transient reasons (a full queue, open commands)
/// pass when somebody works, not in a moment, and are left to the caller.
/// </summary>
public sealed class RetryOptions
{
    /// <summary>Attempts in all, 1 to 20; default 4.</summary>
    [Range(1, 20)]
    public int MaxAttempts { get; set; } = 4;

    /// <summary>The longest pause before the second attempt, doubled with each further one; the actual pause is random below it. 1 ms to 1 min; default 200 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:01:00")]
    public TimeSpan BaseInterval { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>No pause of the client's own is longer; 1 ms to 5 min; default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:05:00")]
    public TimeSpan MaxInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The longest wait that the broker may ask for with <c>Retry-After</c>, added to the client's own pause; 1 ms to 10 min; default 2 min, the most that a broker asks for.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:10:00")]
    public TimeSpan MaxRetryAfter { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Is told before each pause what the attempt met and how long the pause is; default none.</summary>
    public Action<BrokerException, TimeSpan>? OnRetry { get; set; }
}
