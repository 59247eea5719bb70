using CommandBroker.Core;

namespace CommandBroker.Storage.Payloads;

/// <summary>One row of the command table as a provider read it. Where stored columns become a command, and are checked.</summary>
internal readonly record struct CommandRow
{
    public required long SourceNo { get; init; }

    public required long Seq { get; init; }

    public required int Version { get; init; }

    public required int State { get; init; }

    public required int DeliveryCount { get; init; }

    public required int RedriveCount { get; init; }

    public required DateTimeOffset? DeliveredAt { get; init; }

    public required DateTimeOffset? LeasedUntil { get; init; }

    public required long? OvertakenBy { get; init; }

    /// <summary>See <see cref="CommandPayload"/>.</summary>
    public required byte[]? Payload { get; init; }

    /// <summary>See <see cref="OutcomePayload"/>; null exactly while the command is open.</summary>
    public required byte[]? Outcome { get; init; }

    /// <exception cref="UnreadableRowException">A column holds what this release does not understand.</exception>
    public Command ToCommand()
    {
        var state = (CommandState)State;
        var origin = new PayloadOrigin("row", SourceNo, Seq);
        if (!Enum.IsDefined(state))
        {
            throw origin.Unreadable($"its state is {State}, this release understands 0 to {(int)CommandState.Delivered}");
        }

        Command command = CommandPayload.Decode(Payload, SourceNo, Seq) with
        {
            Version = Version,
            State = state,
            DeliveryCount = DeliveryCount,
            RedriveCount = RedriveCount,
            DeliveredAt = DeliveredAt,
            LeasedUntil = LeasedUntil,
            OvertakenBy = OvertakenBy,
        };
        if (command.IsOpen)
        {
            return Outcome is null ? command : throw origin.Unreadable($"it is {state} and has an outcome");
        }

        return command with { Outcome = OutcomePayload.Decode(Outcome, SourceNo, Seq) };
    }
}
