namespace CommandBroker.Core;

/// <summary>
/// What is true of every command whatever was done to it, and which members must go together. A stored command that breaks this was
/// damaged: no transition makes it, and what one would make of it is anybody's guess.
/// </summary>
public static class CommandConsistency
{
    /// <summary>Finds the first thing that cannot be; null when the command is sound.</summary>
    public static CommandFault? FaultOf(Command command) => command switch
    {
        { Seq: < 1 } => new(CommandFaultKind.Counter, $"its number is {command.Seq}, the first is 1"),
        { Version: < 1 } => new(CommandFaultKind.Counter, $"its version is {command.Version}, the first is 1"),
        { DeliveryCount: < 0 } or { RedriveCount: < 0 } =>
            new(CommandFaultKind.Counter, $"it counts {command.DeliveryCount} deliveries and {command.RedriveCount} redrives"),
        { OvertakenBy: { } successor } when successor <= command.Seq => new(CommandFaultKind.Counter, $"it was overtaken by {successor}, which is no later one"),
        { State: CommandState.Leased, LeasedUntil: null } => new(CommandFaultKind.Lease, "it is leased and no instant says until when"),
        { State: CommandState.Leased, DeliveryCount: 0 } => new(CommandFaultKind.Lease, "it is leased and no delivery is counted"),
        { State: not CommandState.Leased, LeasedUntil: not null } => new(CommandFaultKind.Lease, $"it is {StateWords.Of(command.State)} and has a lease"),
        { DeliveryCount: > 0, DeliveredAt: null } => new(CommandFaultKind.Lease, $"{command.DeliveryCount} deliveries are counted and no instant says when"),
        { IsOpen: true, Outcome: not null } => new(CommandFaultKind.Outcome, $"it is {StateWords.Of(command.State)} and has an outcome"),
        { IsOpen: false, Outcome: null } => new(CommandFaultKind.Outcome, $"it is {StateWords.Of(command.State)} and has no outcome"),
        { State: CommandState.Succeeded, Outcome.Result: not ReportResult.Success } => new(CommandFaultKind.Outcome, "it is succeeded and no success was reported"),
        { State: CommandState.Failed, Outcome.Result: not ReportResult.Fail } => new(CommandFaultKind.Outcome, "it is failed and no fail was reported"),
        { State: not (CommandState.Succeeded or CommandState.Failed or CommandState.Cancelled), Outcome.Result: { } result } =>
            new(CommandFaultKind.Outcome, $"it is {StateWords.Of(command.State)} and {result} was reported, which would have ended it"),
        { State: CommandState.Superseded, Outcome.SupersededBy: null } => new(CommandFaultKind.Outcome, "it is superseded and nothing says by what"),
        _ => null,
    };
}
