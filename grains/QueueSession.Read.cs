using CommandBroker.Contracts;
using CommandBroker.Core;
using CommandBroker.Storage;

namespace CommandBroker.Grains;

/// <summary>What is read besides the queue itself.</summary>
internal sealed partial class QueueSession
{
    /// <summary>One command that has ended; null when there is none.</summary>
    public Task<Command?> FindEndedAsync(long seq) => ReadAsync(context.Commands.FindAsync(_stored!.SourceNo, seq));

    /// <summary>The retained commands with these idempotency keys; of those that have none, nothing.</summary>
    public Task<IReadOnlyList<Command>> FindByKeysAsync(IReadOnlyCollection<string> keys) => ReadAsync(context.Commands.FindByKeysAsync(_stored!.SourceNo, keys));

    /// <summary>The retained command with that idempotency key; null when there is none.</summary>
    public async Task<Command?> FindByKeyAsync(string key) => (await FindByKeysAsync([key])).SingleOrDefault();

    /// <summary>Ended commands whose redelivery a later hand-out of this command forbids.</summary>
    public Task<IReadOnlyList<Command>> FindOvertakenAsync(long seq) => ReadAsync(context.Commands.FindOvertakenAsync(_stored!.SourceNo, seq));

    /// <summary>Ended commands, newest first.</summary>
    public Task<IReadOnlyList<Command>> ReadHistoryAsync(long? before, int limit) =>
        ReadAsync(context.Commands.ReadHistoryAsync(_stored!.SourceNo, before, limit));

    /// <summary>Reports that ended no command, newest first, behind so many newer ones.</summary>
    public Task<IReadOnlyList<StrayReport>> ReadStrayReportsAsync(int offset, int limit) =>
        GuardAsync(context.Commands.ReadStrayReportsAsync(_stored!.SourceNo, offset, limit));

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

        _reportTags ??= new ReportTags((await ReadAsync(ReadTagsAsync())).Reverse());
        return _reportTags.Find(tag);
    }

    /// <summary>None when the store cannot read there: a history that is damaged ends no queue that is not.</summary>
    private async Task<IReadOnlyList<ulong>> ReadTagsAsync()
    {
        try
        {
            return await context.Commands.ReadReportTagsAsync(_stored!.SourceNo, CommandQueue.ReportHistoryCount);
        }
        catch (UnreadableRowException fault)
        {
            Log.ReportTagsUnreadable(context.Logger, key, fault.Message);
            return [];
        }
    }

    /// <summary>Remembers, in memory only, what a signed report that ended nothing was answered with. It stays true whatever is read or written later.</summary>
    public void NoteAnswer(ReportRequest report, ReportStatus status)
    {
        if (report.Tag is ulong tag && status is not (ReportStatus.Ended or ReportStatus.NotedOnCancelled) && _answered?.Find(tag) is null)
        {
            (_answered ??= new ReportTags()).Add(tag, status);
        }
    }

    private async Task<T> ReadAsync<T>(Task<T> call)
    {
        T found = await GuardAsync(call);
        _isOnlyRead = true;
        return found;
    }

    /// <summary>What the source server sets differently. When it is said to have settings, and there are none to be read, it is quarantined.</summary>
    private async Task<QueueOverrides> ReadOverridesAsync(StoredQueue stored, Func<Task<QueueOverrides?>> read)
    {
        QueueOverrides? overrides = null;
        UnreadableRowException? fault = null;
        try
        {
            overrides = await read();
            fault = overrides is null ? NoSettings() : null;
        }
        catch (BrokerException damaged) when (damaged.Reason == BrokerErrorReason.Quarantined)
        {
            fault = new UnreadableRowException(damaged.Message);
        }

        if (fault?.Message != stored.QuarantineReason)
        {
            await TryListAsync(fault?.Message);
        }

        return overrides ?? throw Refused(fault!);
    }

    private async Task TryListAsync(string? quarantineReason)
    {
        try
        {
            await context.SourceServers.SetQuarantineAsync(key, quarantineReason);
        }
        catch (StoreUnavailableException)
        {
            // Only the list is behind; the next load tries again.
        }
    }
}
