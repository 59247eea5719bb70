namespace CommandBroker.Gateway.Health;

/// <summary>What a gateway knows of the silos and their store.</summary>
internal enum SiloVerdict
{
    /// <summary>A silo answered, and its store takes writes.</summary>
    Good,

    /// <summary>A silo answered; its store stands still, and has not for longer than <see cref="GatewayOptions.StallTolerance"/>.</summary>
    Stalled,

    /// <summary>A silo answered; its store has taken no write for longer than that, or never.</summary>
    NoStore,

    /// <summary>No silo answered.</summary>
    NoSilo,
}
