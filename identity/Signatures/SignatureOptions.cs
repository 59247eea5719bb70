namespace CommandBroker.Identity.Signatures;

/// <summary>What a signed request may look like. Immutable; bounds are checked where the settings are read.</summary>
public sealed record SignatureOptions
{
    /// <summary>
    /// The farthest <c>X-Sdk-Date</c> may be from the server's clock, before or after it; exactly this far is still accepted. Default 15 minutes,
    /// the vendor's rule. The longer it is, the longer a recorded request can be sent again.
    /// </summary>
    public TimeSpan MaxClockSkew { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>
    /// Whether <c>X-Sdk-Content-Sha256: UNSIGNED-PAYLOAD</c> may stand in place of the body's hash. Default false: whoever sits between could
    /// change such a body unnoticed.
    /// </summary>
    public bool AllowUnsignedPayload { get; init; }
}
