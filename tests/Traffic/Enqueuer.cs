using CommandBroker.History;

namespace CommandBroker.Traffic;

/// <summary>
/// A management tool: gives every enqueue a key, and finds out what became of each by repeating it. Meanwhile it goes on with other
/// commands for the same source server, which a broker must not take for the ones that nobody knows of.
/// </summary>
public sealed class Enqueuer(string name, Clients traffic, TimeSpan pause, Random random)
{
    private const double SharedTaskShare = 0.2;
    private const double RepeatShare = 0.04;
    private const double OtherBodyShare = 0.02;
    private const double AnotherShare = 0.6;
    private const int MaxOpenCount = 4;

    private long _count;

    /// <summary>Enqueues until it is told to stop, then ends what it has begun.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            if (traffic.IsFull)
            {
                await Task.Delay(2, CancellationToken.None);
                continue;
            }

            string server = traffic.Servers[random.Next(traffic.Servers.Count)];
            await EnqueueAsync(server, stop);
            if (pause > TimeSpan.Zero)
            {
                await Task.Delay(pause * 2 * random.NextDouble(), CancellationToken.None);
            }
        }
    }

    private async Task EnqueueAsync(string server, CancellationToken stop)
    {
        var open = new List<(string Key, Payload Payload)> { Next(server) };
        EntryKind outcome = await CallAsync(server, open[0].Key, open[0].Payload, traffic.Choose(random));
        while (true)
        {
            if (outcome != EntryKind.Info)
            {
                await EndAsync(server, open[^1], outcome);
                open.RemoveAt(open.Count - 1);
            }

            if (open.Count == 0)
            {
                return;
            }

            // Unknown is not failed: only the same key finds out, however long the broker is away.
            await Task.Delay(traffic.RetryPause(random), CancellationToken.None);
            bool isAnother = open.Count < MaxOpenCount && !stop.IsCancellationRequested && !traffic.IsFull && random.NextDouble() < AnotherShare;
            (string Key, Payload Payload) next = isAnother ? Next(server) : open[random.Next(open.Count)];
            open.Remove(next);
            open.Add(next);
            outcome = await CallAsync(server, next.Key, next.Payload, await traffic.ChooseAsync(random, CancellationToken.None));
        }
    }

    private (string Key, Payload Payload) Next(string server)
    {
        string task = random.NextDouble() < SharedTaskShare ? $"task-of-{server}" : $"task-{name}-{_count}";
        return ($"{name}-{++_count}", Payload.Create(task));
    }

    private async Task EndAsync(string server, (string Key, Payload Payload) command, EntryKind outcome)
    {
        (string key, Payload payload) = command;
        if (outcome == EntryKind.Fail)
        {
            await Task.Delay(20, CancellationToken.None);
            return;
        }

        traffic.Enqueued();
        if (random.NextDouble() < RepeatShare)
        {
            await CallAsync(server, key, payload, traffic.Choose(random));
        }

        if (random.NextDouble() < OtherBodyShare)
        {
            await CallAsync(server, key, Payload.Create(payload.Task), traffic.Choose(random));
        }
    }

    private async Task<EntryKind> CallAsync(string server, string key, Payload payload, BrokerEndpoint broker)
    {
        HistoryEntry call = traffic.Recorder.Invoke(name, CallKind.Enqueue, broker.Name, server, entry => entry with { Key = key, Hash = payload.Hash, Task = payload.Task });
        ApiAnswer answer = await traffic.Api.AsOperatorAsync(
            broker, HttpMethod.Post, $"/api/v1/sources/{server}/commands",
            $$"""{"command_name":"START","command_param":{{payload.Text}}}""", "Idempotency-Key", key);
        long? id = answer.IsOk ? long.Parse(answer.Body.GetProperty("command_id").GetString()!) : null;
        traffic.Recorder.End(call, answer, entry => entry with { CommandId = id });
        return answer.Outcome;
    }
}
