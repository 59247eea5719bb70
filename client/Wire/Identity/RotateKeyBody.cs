namespace CommandBroker.Client.Wire.Identity;

/// <summary>The body of <c>POST /api/v1/keys/{access_key}/rotate</c>.</summary>
public sealed record RotateKeyBody
{
    /// <summary>How long the old key goes on counting: <c>0s</c>, or <c>1s</c> to <c>30d</c>; absent means <c>1d</c>.</summary>
    public TimeSpan? Overlap { get; init; }
}
