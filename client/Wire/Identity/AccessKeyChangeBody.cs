namespace CommandBroker.Client.Wire.Identity;

/// <summary>The body of <c>PATCH /api/v1/keys/{access_key}</c>.</summary>
public sealed record AccessKeyChangeBody
{
    /// <summary>Enable or disable; needed.</summary>
    public bool? Enabled { get; init; }
}
