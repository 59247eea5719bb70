using System.Collections.Immutable;

namespace CommandBroker.Core;

/// <summary>Collects what one transition changes. However often a command changes inside it, its version rises by one.</summary>
internal sealed class ChangeSet(QueueState state)
{
    private ImmutableArray<Command> _changes = [];

    /// <summary>Adds a command that is new, at version 1.</summary>
    public void Add(Command command) => _changes = _changes.Add(command);

    /// <summary>The command as this transition has changed it so far.</summary>
    public Command Current(Command command) => IndexOf(command.Seq) is >= 0 and int at ? _changes[at] : command;

    /// <summary>Replaces <paramref name="before"/>, which the transition started from or has changed already.</summary>
    /// <returns>The command as it will be written.</returns>
    public Command Replace(Command before, Command after)
    {
        int at = IndexOf(before.Seq);
        Command written = after with { Version = at < 0 ? before.Version + 1 : before.Version };
        _changes = at < 0 ? _changes.Add(written) : _changes.SetItem(at, written);
        return written;
    }

    public Transition<TOutcome> Finish<TOutcome>(TOutcome outcome) => new(state.Apply(_changes), _changes, outcome);

    private int IndexOf(long seq)
    {
        for (int i = 0; i < _changes.Length; i++)
        {
            if (_changes[i].Seq == seq)
            {
                return i;
            }
        }

        return -1;
    }
}
