namespace CommandBroker.Client.Wire.Iam;

/// <summary>The answer to <c>GET /v3/projects</c>.</summary>
internal sealed record ProjectsEnvelope
{
    public NamedRecord[]? Projects { get; init; }
}
