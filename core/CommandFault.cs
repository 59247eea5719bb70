namespace CommandBroker.Core;

/// <summary>Why a command cannot be what it says.</summary>
/// <param name="Kind">What it is about.</param>
/// <param name="Found">The end of a sentence whose subject is the command.</param>
public readonly record struct CommandFault(CommandFaultKind Kind, string Found);
