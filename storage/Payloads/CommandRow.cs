using System.Runtime.CompilerServices;
using CommandBroker.Core;

namespace CommandBroker.Storage.Payloads;

/// <summary>One row of the command table as a provider read it. Where stored columns become a command, and are checked.</summary>
internal readonly record struct CommandRow
{
    /// <summary>The end of the year 9999.</summary>
    private const long MaxTicks = 3_155_378_975_999_999_999;

    public required long SourceNo { get; init; }

    public required long Seq { get; init; }

    public required int Version { get; init; }

    public required int State { get; init; }

    public required int DeliveryCount { get; init; }

    public required int RedriveCount { get; init; }

    /// <summary>UTC ticks as stored: damaged they need not be an instant, which is the fault of this row alone.</summary>
    public required long? DeliveredAt { get; init; }

    /// <inheritdoc cref="DeliveredAt"/>
    public required long? LeasedUntil { get; init; }

    public required long? OvertakenBy { get; init; }

    /// <summary>See <see cref="CommandPayload"/>.</summary>
    public required byte[]? Payload { get; init; }

    /// <summary>See <see cref="OutcomePayload"/>; null exactly while the command is open.</summary>
    public required byte[]? Outcome { get; init; }

    /// <summary>The command, which is one that a transition can have made.</summary>
    /// <exception cref="UnreadableRowException">A column holds what this release does not understand, or columns contradict each other.</exception>
    public Command ToCommand()
    {
        Command command = Decode();
        return CommandConsistency.FaultOf(command) is { } fault ? throw new PayloadOrigin("row", SourceNo, Seq).Unreadable(fault.Found) : command;
    }

    /// <summary>The command as the columns tell it, for whoever looks at contradictions himself.</summary>
    /// <exception cref="UnreadableRowException">A column holds what this release does not understand.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public Command Decode()
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
            DeliveredAt = InstantOf(DeliveredAt, origin),
            LeasedUntil = InstantOf(LeasedUntil, origin),
            OvertakenBy = OvertakenBy,
        };
        if (command.IsOpen)
        {
            return Outcome is null ? command : throw origin.Unreadable($"it is {state} and has an outcome");
        }

        return command with { Outcome = OutcomePayload.Decode(Outcome, SourceNo, Seq) };
    }

    private static DateTimeOffset? InstantOf(long? ticks, PayloadOrigin origin) => ticks switch
    {
        null => null,
        >= 0 and <= MaxTicks => new DateTimeOffset(ticks.Value, TimeSpan.Zero),
        _ => throw origin.Unreadable($"an instant in it is {ticks} ticks, which is none"),
    };
}
