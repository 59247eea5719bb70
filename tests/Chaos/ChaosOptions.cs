using CommandBroker.Traffic;

namespace CommandBroker.Chaos;

/// <summary>How a run is made, whatever its faults.</summary>
internal sealed record ChaosOptions
{
    /// <summary>The broker's program.</summary>
    public required string Broker { get; init; }

    /// <summary>Commands enqueued in a second, at most. Two cores carry clients, proxies, balancer, five brokers and the database.</summary>
    public required int Rate { get; init; }

    /// <summary>Where results are kept; null tells them on the console alone.</summary>
    public required string? Out { get; init; }

    /// <summary>Traffic before the first fault and after the last.</summary>
    public TimeSpan Calm { get; init; } = TimeSpan.FromSeconds(6);

    /// <summary>The longest rest between two faults.</summary>
    public TimeSpan MaxRest { get; init; } = TimeSpan.FromSeconds(6);

    /// <summary>Within this time after a fault was mended every source server must be served (L1), and the queues be emptied at the end.</summary>
    public TimeSpan ServeTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Short, so that redeliveries happen within a run.</summary>
    public TimeSpan VisibilityTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>More than a fault of 30 s can use up.</summary>
    public int MaxDeliveries { get; init; } = 25;

    /// <summary>The clients of a run: one agent for each source server, so that none waits behind another's.</summary>
    public TrafficOptions Traffic(int seed) => new()
    {
        Seed = seed,
        ServerPrefix = "chaos",
        AgentCount = 24,
        EnqueuerCount = 8,
        VisibilityTimeout = VisibilityTimeout,
        IdlePause = TimeSpan.FromMilliseconds(150),
        EnqueuePause = TimeSpan.FromSeconds(8.0 / Rate),
        MaxRetryPause = TimeSpan.FromMilliseconds(250),
        MaxWaitingCount = 300,
    };

    /// <summary>The broker's settings.</summary>
    public IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
    {
        ["Queue__VisibilityTimeout"] = $"{VisibilityTimeout}",
        ["Queue__MaxDeliveries"] = $"{MaxDeliveries}",
    };
}
