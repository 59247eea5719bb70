using CommandBroker.Core;

namespace CommandBroker.Grains;

/// <summary>
/// The signed reports that a queue has answered last, <see cref="CommandQueue.ReportHistoryCount"/> of them, by their tags. A signature is good for some minutes;
/// so this is enough to tell a request that arrives a second time from a new report of the same name.
/// </summary>
internal sealed class ReportTags
{
    private readonly Queue<ulong> _tags = new();

    /// <summary>Begins with what the store knows.</summary>
    /// <param name="history">Ended commands, newest first.</param>
    public ReportTags(IReadOnlyList<Command> history) => Add(history.Reverse());

    /// <summary>Whether the queue has answered it.</summary>
    public bool Contains(ulong tag) => _tags.Contains(tag);

    /// <summary>Adds the tags of what ended, in the order of time.</summary>
    public void Add(IEnumerable<Command> commands)
    {
        foreach (Command command in commands)
        {
            if (command.Outcome?.ReportTag is ulong tag)
            {
                Add(tag);
            }
        }
    }

    /// <summary>Adds one, and forgets the oldest beyond the bound.</summary>
    public void Add(ulong tag)
    {
        if (_tags.Count == CommandQueue.ReportHistoryCount)
        {
            _tags.Dequeue();
        }

        _tags.Enqueue(tag);
    }
}
