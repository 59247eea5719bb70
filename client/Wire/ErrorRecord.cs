using CommandBroker.Contracts;

namespace CommandBroker.Client.Wire;

/// <summary>Why a line was refused.</summary>
public sealed record ErrorRecord
{
    /// <summary>The reason.</summary>
    public required BrokerErrorReason Reason { get; init; }

    /// <summary>One sentence for a person.</summary>
    public required string Message { get; init; }

    /// <summary>Whether the same line may be accepted later.</summary>
    public required bool Transient { get; init; }
}
