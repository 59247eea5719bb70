using System.Collections.Immutable;

namespace CommandBroker.Core;

/// <summary>What a verb decided: the queue afterwards, what of it must be written, and the answer.</summary>
/// <typeparam name="TOutcome">The verb's answer.</typeparam>
/// <param name="State">The queue afterwards; the same reference when nothing changed.</param>
/// <param name="Changes">The changed commands in their new form, each number once; all are to be written in one commit, or none.</param>
/// <param name="Outcome">The answer, true only once <paramref name="Changes"/> are committed.</param>
/// <param name="IsPartial">
/// Whether more had to be settled than one commit takes: there is no <paramref name="Outcome"/> yet. Commit, then call the verb again.
/// </param>
public readonly record struct Transition<TOutcome>(QueueState State, ImmutableArray<Command> Changes, TOutcome Outcome, bool IsPartial = false);
