using System.Collections.Immutable;
using CommandBroker.Contracts;
using CommandBroker.Core;
using CommandBroker.Storage;

namespace CommandBroker.Grains;

internal sealed partial class SourceServerGrain
{
    public async ValueTask<CommandView?> ShowAsync(long seq)
    {
        await RequireSettledAsync();
        Command? command = _session.State.Find(seq) ?? await _session.FindEndedAsync(seq);
        return command is null ? null : ViewOf(command);
    }

    public ValueTask<QueueView> ListAsync() => ListAsync(after: null, int.MaxValue);

    public ValueTask<QueueView> ListPageAsync(string? after, int limit)
    {
        CheckLimit(limit, QueueView.MaxLimit);
        return ListAsync(after is null ? null : QueueCursor.Parse(after), limit);
    }

    public async ValueTask<HistoryPage> ReadHistoryAsync(long? before, int limit)
    {
        CheckLimit(limit, HistoryPage.MaxLimit);
        await RequireSettledAsync();
        var ended = new PageBuilder(limit);
        IReadOnlyList<StrayReport> strays = before is null ? await _session.ReadStrayReportsAsync(QueueCommit.MaxStrayReports) : [];
        foreach (StrayReport report in strays)
        {
            ended.Take(report);
        }

        long? next = before;
        for (int asked = ended.NextCount; asked > 0; asked = ended.NextCount)
        {
            IReadOnlyList<Command> found = await _session.ReadHistoryAsync(next, asked);
            ended.AddRange(found);
            next = found.Count == asked ? found[^1].Seq : null;
            if (next is null)
            {
                break;
            }
        }

        return new HistoryPage
        {
            Commands = [.. ended.Commands.Select(ViewOf)],
            StrayReports = [.. strays.Select(Views.Of)],
            NextBefore = next,
        };
    }

    private async ValueTask<QueueView> ListAsync(QueueCursor? after, int limit)
    {
        await RequireSettledAsync();
        QueueState queue = _session.State;
        var page = new PageBuilder(limit);
        string? next = null;
        foreach (Command command in after is { } place ? queue.OpenAfter(place.Priority, place.Seq) : queue.Open)
        {
            if (page.IsFull)
            {
                Command last = page.Commands[^1];
                next = new QueueCursor(last.Priority, last.Seq).ToString();
                break;
            }

            page.Add(command);
        }

        return new QueueView
        {
            ServerId = _key.ServerId.Value,
            PendingCount = queue.PendingCount,
            LeasedCount = queue.LeasedCount,
            HistoryCount = queue.HistoryCount,
            RemovedCount = queue.RemovedCount,
            LastSeq = queue.LastSeq,
            Commands = [.. page.Commands.Select(ViewOf)],
            NextAfter = next,
        };
    }

    private static void CheckLimit(int limit, int most)
    {
        if (limit < 1 || limit > most)
        {
            throw new BrokerException(BrokerErrorReason.InvalidArgument, $"limit is {limit}; 1 to {most} are allowed.");
        }
    }
}
