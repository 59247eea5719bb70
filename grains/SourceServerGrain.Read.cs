using System.Collections.Immutable;
using CommandBroker.Contracts;
using CommandBroker.Core;
using CommandBroker.Storage;

namespace CommandBroker.Grains;

internal sealed partial class SourceServerGrain
{
    public async ValueTask<CommandView?> ShowAsync(long seq)
    {
        await RequireLoadedAsync();
        Command? command = _session.State.Find(seq) ?? await _session.FindEndedAsync(seq);
        return command is null ? null : ViewOf(command);
    }

    public async ValueTask<QueueView> ListAsync()
    {
        await RequireLoadedAsync();
        QueueState queue = _session.State;
        return new QueueView
        {
            ServerId = _key.ServerId.Value,
            PendingCount = queue.PendingCount,
            LeasedCount = queue.LeasedCount,
            HistoryCount = queue.HistoryCount,
            RemovedCount = queue.RemovedCount,
            LastSeq = queue.LastSeq,
            Commands = [.. queue.Open.Select(ViewOf)],
        };
    }

    public async ValueTask<HistoryPage> ReadHistoryAsync(long? before, int limit)
    {
        if (limit is < 1 or > HistoryPage.MaxLimit)
        {
            throw new BrokerException(BrokerErrorReason.InvalidArgument, $"limit is {limit}; 1 to {HistoryPage.MaxLimit} are allowed.");
        }

        await RequireLoadedAsync();
        IReadOnlyList<Command> ended = await _session.ReadHistoryAsync(before, limit);
        IReadOnlyList<StrayReport> strays = before is null ? await _session.ReadStrayReportsAsync(QueueCommit.MaxStrayReports) : [];
        return new HistoryPage
        {
            Commands = [.. ended.Select(ViewOf)],
            StrayReports = [.. strays.Select(Views.Of)],
            NextBefore = ended.Count == limit ? ended[^1].Seq : null,
        };
    }
}
