using CommandBroker.History;

namespace CommandBroker.Chaos;

/// <summary>For how long source servers were without an answer to their polls.</summary>
internal sealed class ServiceGaps
{
    private readonly List<(string Server, TimeSpan From, TimeSpan To)> _gaps = [];
    private readonly List<TimeSpan[]> _answers = [];

    /// <param name="run">The run. Only polls that were answered well count as service.</param>
    public ServiceGaps(RunHistory run)
    {
        foreach (IGrouping<string, HistoryCall> server in run.ByServer)
        {
            HistoryCall[] answered = [.. server.Where(call => call.Op == CallKind.Poll && call.IsOk).OrderBy(call => call.EndedAt)];
            _answers.Add([.. answered.Select(call => call.InvokedAt)]);
            _gaps.AddRange(answered.Zip(answered.Skip(1), (earlier, later) => (server.Key, earlier.EndedAt, later.EndedAt)));
        }
    }

    /// <summary>The longest one that touches this time.</summary>
    public TimeSpan Longest(TimeSpan from, TimeSpan to) =>
        _gaps.Where(gap => gap.To > from && gap.From < to).Select(gap => gap.To - gap.From).DefaultIfEmpty().Max();

    /// <summary>The longest one that touches none of these times.</summary>
    public TimeSpan LongestOutside(IReadOnlyList<(TimeSpan From, TimeSpan To)> times) =>
        _gaps.Where(gap => !times.Any(time => gap.To > time.From && gap.From < time.To)).Select(gap => gap.To - gap.From).DefaultIfEmpty().Max();

    /// <summary>How long after an instant each source server had been answered a poll that left since then; null when one never was.</summary>
    public TimeSpan? AllServedAfter(TimeSpan instant)
    {
        TimeSpan?[] first = [.. _answers.Select(times => times.Where(time => time >= instant).Select(time => (TimeSpan?)time).FirstOrDefault())];
        return first.Any(time => time is null) ? null : first.Max() - instant;
    }
}
