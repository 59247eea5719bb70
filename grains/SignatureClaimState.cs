namespace CommandBroker.Grains;

/// <summary>Signatures that are still good, by what stands for them.</summary>
internal sealed class SignatureClaimState
{
    public Dictionary<string, SignatureClaim> Claims { get; set; } = new(StringComparer.Ordinal);
}
