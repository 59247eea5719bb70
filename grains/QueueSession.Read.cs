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

    /// <summary>Ended commands whose redelivery a later hand-out of this command forbids; null where the history is damaged.</summary>
    public Task<IReadOnlyList<Command>?> TryFindOvertakenAsync(long seq) => ReadAsync(OrNullAsync(() => context.Commands.FindOvertakenAsync(_stored!.SourceNo, seq)));

    /// <summary>As <see cref="ReadHistoryAsync"/>; null where the history is damaged.</summary>
    public Task<IReadOnlyList<Command>?> TryReadHistoryAsync(long? before, int limit) =>
        ReadAsync(OrNullAsync(() => context.Commands.ReadHistoryAsync(_stored!.SourceNo, before, limit)));

    /// <summary>Ended commands, newest first.</summary>
    public Task<IReadOnlyList<Command>> ReadHistoryAsync(long? before, int limit) =>
        ReadAsync(context.Commands.ReadHistoryAsync(_stored!.SourceNo, before, limit));

    /// <summary>Reports that ended no command, newest first, behind so many newer ones.</summary>
    public Task<IReadOnlyList<StrayReport>> ReadStrayReportsAsync(int offset, int limit) =>
        GuardAsync(context.Commands.ReadStrayReportsAsync(_stored!.SourceNo, offset, limit));

    /// <summary>What is read of the history; null where it is damaged, which must not end a queue that is not.</summary>
    private async Task<T?> OrNullAsync<T>(Func<Task<T>> read)
        where T : class
    {
        try
        {
            return await read();
        }
        catch (UnreadableRowException fault)
        {
            Log.HistoryUnreadable(context.Logger, key, fault.Message);
            return null;
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
