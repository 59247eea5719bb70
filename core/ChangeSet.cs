using System.Collections.Immutable;

namespace CommandBroker.Core;

/// <summary>Collects what one transition changes. However often a command changes inside it, its version rises by one.</summary>
internal sealed class ChangeSet(QueueState state)
{
    /// <summary>Up to so many changes are searched one by one, which is faster than a table and allocates nothing.</summary>
    private const int MaxSearched = 8;

    private readonly ImmutableArray<Command>.Builder _changes = ImmutableArray.CreateBuilder<Command>(1);
    private Dictionary<long, int>? _places;
    private QueueState _state = state;

    /// <summary>How many commands are changed.</summary>
    public int Count => _changes.Count;

    /// <summary>Makes the changes so far, for a verb that goes on from there.</summary>
    /// <returns>The queue with them.</returns>
    public QueueState Make() => _state = _state.Apply(_changes.ToImmutable());

    /// <summary>Adds a command that is new, at version 1.</summary>
    public void Add(Command command) => Append(command);

    /// <summary>A command that this transition has changed, ended or not; null when it has not.</summary>
    public Command? Find(long seq) => IndexOf(seq) is >= 0 and int at ? _changes[at] : null;

    /// <summary>Replaces <paramref name="before"/>, which the transition started from or has changed already.</summary>
    /// <returns>The command as it will be written.</returns>
    public Command Replace(Command before, Command after)
    {
        int at = IndexOf(before.Seq);
        Command written = after with { Version = at < 0 ? before.Version + 1 : before.Version };
        if (at < 0)
        {
            Append(written);
        }
        else
        {
            _changes[at] = written;
        }

        return written;
    }

    /// <summary>The transition that makes these changes.</summary>
    public Transition<TOutcome> Finish<TOutcome>(TOutcome outcome)
    {
        ImmutableArray<Command> changes = _changes.DrainToImmutable();

        // Changes that are made already are made once more, which alters nothing.
        return new Transition<TOutcome>(_state.Apply(changes), changes, outcome);
    }

    /// <summary>The transition that makes these changes and leaves the verb for another one.</summary>
    public Transition<TOutcome> FinishPartly<TOutcome>() => Finish(default(TOutcome)!) with { IsPartial = true };

    private void Append(Command command)
    {
        _places?.Add(command.Seq, _changes.Count);
        _changes.Add(command);
    }

    private int IndexOf(long seq)
    {
        if (_changes.Count > MaxSearched)
        {
            _places ??= Enumerable.Range(0, _changes.Count).ToDictionary(place => _changes[place].Seq);
            return _places.GetValueOrDefault(seq, -1);
        }

        for (int i = 0; i < _changes.Count; i++)
        {
            if (_changes[i].Seq == seq)
            {
                return i;
            }
        }

        return -1;
    }
}
