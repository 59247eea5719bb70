using CommandBroker.Storage.Payloads;

namespace CommandBroker.Storage.Verification;

/// <summary>One row of the command table and the columns beside the command, which must agree with it.</summary>
internal readonly record struct WalkedRow
{
    public required CommandRow Row { get; init; }

    /// <summary>The column by which a command is found by its key.</summary>
    public required string? IdempotencyKey { get; init; }

    /// <summary>The column that tells ended commands from open ones, in UTC ticks.</summary>
    public required long? EndedAt { get; init; }

    /// <summary>Whether the column by which the store looks for the key fits it; true where the key itself is that column.</summary>
    public required bool IsKeyIndexed { get; init; }
}
