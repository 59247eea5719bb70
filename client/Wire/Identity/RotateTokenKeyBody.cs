namespace CommandBroker.Client.Wire.Identity;

/// <summary>The body of <c>POST /api/v1/identity/rotate-token-key</c>.</summary>
public sealed record RotateTokenKeyBody
{
    /// <summary>Whether every token that was issued so far ends at once; absent means that each counts until it expires.</summary>
    public bool? Now { get; init; }
}
