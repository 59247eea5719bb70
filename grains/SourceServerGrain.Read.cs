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

    public ValueTask<QueueView> ListAsync(string? after, int limit)
    {
        CheckLimit(limit, QueueView.MaxLimit);
        return ListAsync(after is null ? null : QueueCursor.Parse(after), limit);
    }

    public async ValueTask<HistoryPage> ReadHistoryAsync(long? before, int limit)
    {
        CheckLimit(limit, HistoryPage.MaxLimit);
        await RequireSettledAsync();
        var page = new PageBuilder(limit);
        int? shown = StrayCursor.Read(before);
        long? next = shown is null ? before : null;
        bool hasMore = shown is { } count && !await AddStrayReportsAsync(page, count);
        for (int asked = page.NextCount; asked > 0; asked = page.NextCount)
        {
            IReadOnlyList<Command> found = await _session.ReadHistoryAsync(next, asked);
            if (!found.All(page.TryAdd))
            {
                hasMore = true;
                break;
            }

            hasMore = found.Count == asked;
            if (!hasMore)
            {
                break;
            }

            next = found[^1].Seq;
        }

        return new HistoryPage
        {
            Commands = [.. page.Commands.Select(ViewOf)],
            StrayReports = [.. page.StrayReports.Select(Views.Of)],
            NextBefore = !hasMore ? null : page.Commands is [.., Command last] ? last.Seq : StrayCursor.Of((shown ?? 0) + page.StrayReports.Count),
        };
    }

    /// <summary>Adds the reports behind those that were shown.</summary>
    /// <returns>False when the page is full before their end.</returns>
    private async ValueTask<bool> AddStrayReportsAsync(PageBuilder page, int shown)
    {
        while (page.NextStrayCount is > 0 and int asked)
        {
            IReadOnlyList<StrayReport> found = await _session.ReadStrayReportsAsync(shown + page.StrayReports.Count, asked);
            if (!found.All(page.TryAdd))
            {
                return false;
            }

            if (found.Count < asked)
            {
                return true;
            }
        }

        return false;
    }

    private async ValueTask<QueueView> ListAsync(QueueCursor? after, int limit)
    {
        await RequireSettledAsync();
        QueueState queue = _session.State;
        var page = new PageBuilder(limit);
        string? next = null;
        foreach (Command command in after is { } place ? queue.OpenAfter(place.Priority, place.Seq) : queue.Open)
        {
            if (!page.TryAdd(command))
            {
                Command last = page.Commands[^1];
                next = new QueueCursor(last.Priority, last.Seq).ToString();
                break;
            }
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
