using System.Runtime.CompilerServices;
using CommandBroker.Contracts;

namespace CommandBroker.Client;

/// <summary>Follows a queue by comparing two looks at it; works over every transport.</summary>
internal static class QueueWatcher
{
    public static async IAsyncEnumerable<CommandView> WatchAsync(
        ICommandBrokerClient client,
        string serverId,
        TimeSpan? interval,
        TimeProvider time,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(interval ?? TimeSpan.FromSeconds(1), time);
        var seen = new Dictionary<long, int>();
        long? lastSeq = null;
        do
        {
            QueueView queue = await client.ListAsync(serverId, cancellationToken);
            Dictionary<long, CommandView> open = queue.Commands.ToDictionary(command => command.Seq);

            // Ended since the last look: those that were open then, and those whose number was given out since and that are not open now.
            IEnumerable<long> bornSince = lastSeq is { } last && queue.LastSeq > last
                ? Enumerable.Sequence(last + 1, queue.LastSeq, 1L)
                : [];
            foreach (long seq in seen.Keys.Concat(bornSince).Where(seq => !open.ContainsKey(seq)).Distinct().Order().ToArray())
            {
                if (await client.ShowAsync(serverId, seq, cancellationToken) is { } ended)
                {
                    yield return ended;
                }
            }

            foreach (CommandView command in queue.Commands.OrderBy(command => command.Seq))
            {
                if (!seen.TryGetValue(command.Seq, out int version) || version != command.Version)
                {
                    yield return command;
                }
            }

            seen = open.ToDictionary(pair => pair.Key, pair => pair.Value.Version);
            lastSeq = queue.LastSeq;
        }
        while (await timer.WaitForNextTickAsync(cancellationToken));
    }
}
