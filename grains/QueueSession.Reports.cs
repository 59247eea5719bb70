using System.Collections.Immutable;
using CommandBroker.Core;
using CommandBroker.Storage;

namespace CommandBroker.Grains;

/// <summary>What is known of signed reports, so that one that arrives twice is told from a new one.</summary>
internal sealed partial class QueueSession
{
    // The tags that the store holds, as of the queue in memory; and those that this activation answered itself, which hold for one server's history.
    private ReportTags? _reportTags;
    private ReportTags? _answered;

    // From a reread to the load behind it: the queue that the tags belong to.
    private (StoredQueue Queue, ReportTags Tags)? _reread;

    // Reports whose commit may be carried out yet; nearly always none.
    private List<ulong>? _doubtfulTags;

    /// <summary>What a signed report was answered with; null when it is a new one. Reads the store at most once for what is in memory.</summary>
    public async ValueTask<ReportStatus?> FindAnswerAsync(ReportRequest report)
    {
        if (report.Tag is not ulong tag)
        {
            return null;
        }

        if (_answered?.Find(tag) is { } answer)
        {
            return answer;
        }

        if (_doubtfulTags?.Contains(tag) == true)
        {
            // Its first commit may have been carried out since the tags were read.
            _reportTags = null;
        }

        _reportTags ??= new ReportTags(
            (await ReadAsync(OrNullAsync(() => context.Commands.ReadReportTagsAsync(_stored!.SourceNo, CommandQueue.ReportHistoryCount))))?.Reverse() ?? []);
        return _reportTags.Find(tag);
    }

    /// <summary>As <see cref="Drop"/>, but keeps what is known of signed reports when the next load finds the queue as it was.</summary>
    public void Reread()
    {
        (StoredQueue, ReportTags)? known = _stored is { } stored && _reportTags is { } tags ? (stored, tags) : null;
        Drop();
        _reread = known;
    }

    /// <summary>Remembers, in memory only, what a signed report that ended nothing was answered with. It stays true whatever is read or written later.</summary>
    public void NoteAnswer(ReportRequest report, ReportStatus status)
    {
        if (report.Tag is ulong tag && status is not (ReportStatus.Ended or ReportStatus.NotedOnCancelled) && _answered?.Find(tag) is null)
        {
            (_answered ??= new ReportTags()).Add(tag, status);
        }
    }

    /// <summary>Remembers the reports that a commit ended commands by.</summary>
    private void NoteEnded(ImmutableArray<Command> changes)
    {
        foreach (Command command in changes)
        {
            if (command.Outcome?.ReportTag is ulong tag)
            {
                _doubtfulTags?.Remove(tag);
                _reportTags?.Add(tag, ReportStatus.Repeated);
                if (_answered?.Find(tag) is null)
                {
                    (_answered ??= new ReportTags()).Add(tag, ReportStatus.Repeated);
                }
            }
        }
    }

    /// <summary>Remembers that a commit may be carried out yet that ends commands by these reports.</summary>
    private void Doubt(ImmutableArray<Command> changes)
    {
        foreach (Command command in changes)
        {
            if (command.Outcome?.ReportTag is ulong tag && _doubtfulTags?.Contains(tag) != true)
            {
                _doubtfulTags = _doubtfulTags is { Count: < MaxUnknownCount } few ? few : [];
                _doubtfulTags.Add(tag);
            }
        }
    }
}
