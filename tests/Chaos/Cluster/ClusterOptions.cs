namespace CommandBroker.Chaos.Cluster;

/// <summary>What a cluster is made of.</summary>
internal sealed record ClusterOptions
{
    /// <summary>Its directory, which everybody may enter.</summary>
    public required string Directory { get; init; }

    /// <summary>The broker's program.</summary>
    public required string Broker { get; init; }

    /// <summary>Where the proxies' random choices come from.</summary>
    public required int Seed { get; init; }

    /// <summary>The broker's settings, beside those that its place in the cluster asks for.</summary>
    public required IReadOnlyDictionary<string, string> Settings { get; init; }

    /// <summary>Whether the database lies on a small memory disk, so that it can be full; a fault needs it.</summary>
    public bool HasSmallDisk { get; init; }

    /// <summary>Whether the clock of the last silo can be set; a fault needs it.</summary>
    public bool HasClock { get; init; }

    /// <summary>Silos.</summary>
    public int SiloCount { get; init; } = 3;

    /// <summary>Gateways.</summary>
    public int GatewayCount { get; init; } = 2;
}
