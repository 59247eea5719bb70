namespace CommandBroker.Client.Wire.Identity;

/// <summary>The answer to <c>POST /api/v1/identity/reencrypt</c>.</summary>
public sealed record ReencryptRecord
{
    /// <summary>How many secrets were encrypted anew; 0 when all were.</summary>
    public required int ReencryptedCount { get; init; }
}
