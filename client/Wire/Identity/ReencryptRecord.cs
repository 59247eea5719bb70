using CommandBroker.Contracts.Identity;

namespace CommandBroker.Client.Wire.Identity;

/// <summary>The answer to <c>GET</c> and <c>POST /api/v1/identity/reencrypt</c>.</summary>
public sealed record ReencryptRecord
{
    /// <inheritdoc cref="ReencryptionView.State"/>
    public required ReencryptionState State { get; init; }

    /// <inheritdoc cref="ReencryptionView.ReencryptedCount"/>
    public required int ReencryptedCount { get; init; }

    /// <inheritdoc cref="ReencryptionView.RemainingCount"/>
    public required int RemainingCount { get; init; }

    /// <inheritdoc cref="ReencryptionView.Failure"/>
    public string? Failure { get; init; }
}
