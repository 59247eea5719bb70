namespace CommandBroker.Core;

/// <summary>What a <see cref="CommandFault"/> is about.</summary>
public enum CommandFaultKind
{
    /// <summary>A number or a counter that no command has.</summary>
    Counter,

    /// <summary>Lease, deliveries and state do not go together.</summary>
    Lease,

    /// <summary>Outcome, result and state do not go together.</summary>
    Outcome,
}
