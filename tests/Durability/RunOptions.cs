using CommandBroker.Traffic;

namespace CommandBroker.Durability;

/// <summary>What a run is to be.</summary>
internal sealed record RunOptions
{
    /// <summary><c>sqlite</c> or <c>postgres</c>.</summary>
    public required string Provider { get; init; }

    /// <summary>How often the broker is killed under traffic.</summary>
    public required int Rounds { get; init; }

    /// <summary>Where the random moments come from.</summary>
    public required int Seed { get; init; }

    /// <summary>The fewest acknowledged writes of a run that counts.</summary>
    public required int MinAcknowledged { get; init; }

    /// <summary>Whether two brokers of different clusters share the database, instead of one being killed.</summary>
    public required bool DoubleActivation { get; init; }

    /// <summary>The broker's program; null means the one that was built with this.</summary>
    public string? Broker { get; init; }

    /// <summary>Where the report goes; null means to the console alone.</summary>
    public string? Out { get; init; }

    /// <summary>The clients.</summary>
    public TrafficOptions Traffic => new() { Seed = Seed, ServerPrefix = "durability" };

    /// <summary>The broker's default, which no run should reach.</summary>
    public int MaxDeliveries { get; init; } = 10;

    /// <summary>The longest traffic between two kills.</summary>
    public TimeSpan MaxTraffic { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long two brokers run side by side.</summary>
    public TimeSpan DoubleTime { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Within this time after the last fault everything due must have been delivered.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(60);
}
