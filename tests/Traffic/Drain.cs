using System.Diagnostics;
using CommandBroker.History;

namespace CommandBroker.Traffic;

/// <summary>Waits until agents have ended everything.</summary>
public static class Drain
{
    /// <summary>Completes when no queue holds a command.</summary>
    /// <exception cref="TimeoutException">Something is still open, though the broker has had its time.</exception>
    public static async Task UntilEmptyAsync(Clients traffic, BrokerEndpoint broker, TimeSpan timeout)
    {
        long startedAt = Stopwatch.GetTimestamp();
        var busy = new Queue<string>(traffic.Servers);
        while (busy.TryPeek(out string? server))
        {
            ApiAnswer queue = await traffic.Api.AsOperatorAsync(broker, HttpMethod.Get, $"/api/v1/sources/{server}/commands");
            if (queue.IsOk && queue.Body.GetProperty("pending_count").GetInt32() + queue.Body.GetProperty("leased_count").GetInt32() == 0)
            {
                busy.Dequeue();
                continue;
            }

            if (queue.Outcome == EntryKind.Fail || Stopwatch.GetElapsedTime(startedAt) > timeout)
            {
                throw new TimeoutException($"{busy.Count} source servers were not drained {Stopwatch.GetElapsedTime(startedAt)} after the last fault; {server} answers {queue.Note}");
            }

            traffic.ThrowIfBroken();
            await Task.Delay(50);
        }
    }
}
