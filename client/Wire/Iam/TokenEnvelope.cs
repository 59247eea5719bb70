namespace CommandBroker.Client.Wire.Iam;

/// <summary>The body of an answer of <c>/v3/auth/tokens</c>; the token itself is in the header <c>X-Subject-Token</c>.</summary>
internal sealed record TokenEnvelope
{
    public TokenRecord? Token { get; init; }
}
