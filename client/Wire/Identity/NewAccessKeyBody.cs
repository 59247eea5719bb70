namespace CommandBroker.Client.Wire.Identity;

/// <summary>The body of <c>POST /api/v1/keys</c>, and of <c>POST /api/v1/sources/{server_id}/agent-key</c>, where the path says whose it is.</summary>
public sealed record NewAccessKeyBody
{
    /// <summary>Whose it is to be; needed where the path does not say it.</summary>
    public string? UserId { get; init; }

    /// <summary>What it is for, at most 255 characters; absent means nothing is said.</summary>
    public string? Description { get; init; }

    /// <summary>How long it counts: <c>90d</c>; absent means for ever, which a temporary one must not.</summary>
    public string? Lifetime { get; init; }

    /// <summary>Whether it goes with an <c>X-Security-Token</c> and counts for <c>15m</c> to <c>24h</c>; absent means false.</summary>
    public bool? Temporary { get; init; }
}
