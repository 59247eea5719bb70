using CommandBroker.Core;

namespace CommandBroker.Grains;

/// <summary>
/// Signed reports that a queue has answered, by their tags, the last <see cref="CommandQueue.ReportHistoryCount"/> of them. A signature is good for some minutes;
/// so this is enough to tell a request that arrives a second time from a new report of the same name.
/// </summary>
internal sealed class ReportTags
{
    private readonly Queue<(ulong Tag, ReportStatus Answer)> _answers = new();

    public ReportTags()
    {
    }

    /// <summary>Of reports that ended commands, the oldest first.</summary>
    public ReportTags(IEnumerable<ulong> tags)
    {
        foreach (ulong tag in tags)
        {
            Add(tag, ReportStatus.Repeated);
        }
    }

    /// <summary>What the queue has answered it with; null when it has not, or has forgotten it.</summary>
    public ReportStatus? Find(ulong tag)
    {
        foreach ((ulong known, ReportStatus answer) in _answers)
        {
            if (known == tag)
            {
                return answer;
            }
        }

        return null;
    }

    /// <summary>Adds one with its answer, and forgets the oldest beyond the bound.</summary>
    public void Add(ulong tag, ReportStatus answer)
    {
        if (_answers.Count == CommandQueue.ReportHistoryCount)
        {
            _answers.Dequeue();
        }

        _answers.Enqueue((tag, answer));
    }
}
