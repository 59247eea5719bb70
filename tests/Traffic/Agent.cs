using System.Diagnostics;
using CommandBroker.History;

namespace CommandBroker.Traffic;

/// <summary>Polls its source servers one after another, works, reports, and now and then dies, comes late, repeats or contradicts itself.</summary>
public sealed class Agent(string name, IReadOnlyList<string> servers, Clients traffic, Random random, TrafficOptions options)
{
    private const double DeathShare = 0.06;
    private const double LateShare = 0.04;
    private const double RepeatShare = 0.04;
    private const double ContradictShare = 0.02;
    private const double LaterShare = 0.5;

    private readonly Queue<(string Server, long Id, string Hash, long DueAt)> _late = new();

    /// <summary>Works until it is told to stop.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            bool worked = false;
            foreach (string server in servers)
            {
                worked |= await ServeAsync(server, stop);
            }

            while (_late.TryPeek(out var late) && (Stopwatch.GetTimestamp() > late.DueAt || traffic.IsDraining))
            {
                _late.Dequeue();
                await ReportAsync(late.Server, late.Id, late.Hash, stop);
            }

            if (!worked)
            {
                await Task.Delay(options.IdlePause, CancellationToken.None);
            }
        }
    }

    private async Task<bool> ServeAsync(string server, CancellationToken stop)
    {
        BrokerEndpoint broker = traffic.Choose(random);
        HistoryEntry call = traffic.Recorder.Invoke(name, CallKind.Poll, broker.Name, server);
        // With a body, as one of the vendor's SDKs sends it: the HTTP stack repeats a GET without one by itself when a kept connection
        // broke, and the history would not know of the first.
        TimeSpan? hangUp = traffic.HangsUpAfter(random);
        ApiAnswer answer = await traffic.Api.AsAgentAsync(broker, HttpMethod.Get, $"/v3/sources/{server}/command", "{}", hangUpAfter: hangUp);
        if (hangUp is not null && answer is { Outcome: EntryKind.Info, Status: null })
        {
            traffic.HungUp(new HangUp(server, call.At, traffic.Recorder.Elapsed - call.At));
        }

        if (answer.IsOk)
        {
            traffic.Answered(server);
        }

        long? id = answer.IsOk ? answer.Number("X-Command-Id") : null;
        if (id is null)
        {
            traffic.Recorder.End(call, answer);
            if (!answer.IsOk)
            {
                await WaitAsync(stop);
            }

            return false;
        }

        var param = answer.Body.GetProperty("command_param");
        string hash = Payload.HashOf(param.GetRawText());
        traffic.Recorder.End(call, answer, entry => entry with
        {
            CommandId = id,
            Hash = hash,
            Delivery = (int?)answer.Number("X-Delivery-Count"),
            Task = param.GetProperty("task_id").GetString(),
        });
        traffic.Delivered(server, id.Value, (int?)answer.Number("X-Delivery-Count") ?? 1);
        await WorkAsync(server, id.Value, hash, stop);
        return true;
    }

    private async Task WorkAsync(string server, long id, string hash, CancellationToken stop)
    {
        double luck = traffic.IsDraining ? 1 : random.NextDouble();
        if (luck < DeathShare || traffic.Dies(server, id))
        {
            return;
        }

        if (luck < DeathShare + LateShare)
        {
            // About when the lease ends: some come before, some after, some while it is leased anew.
            _late.Enqueue((server, id, hash, Stopwatch.GetTimestamp() + (long)(options.VisibilityTimeout.TotalSeconds * (0.9 + (0.4 * random.NextDouble())) * Stopwatch.Frequency)));
            return;
        }

        await ReportAsync(server, id, hash, stop);
    }

    private async Task ReportAsync(string server, long id, string hash, CancellationToken stop)
    {
        string result = Payload.ResultOf(hash);
        EntryKind outcome = await CallAsync(server, id, result);
        while (outcome == EntryKind.Info && !stop.IsCancellationRequested)
        {
            if (!traffic.IsDraining && random.NextDouble() < LaterShare)
            {
                // It finds out later what became of this report, and asks for the next command first.
                _late.Enqueue((server, id, hash, Stopwatch.GetTimestamp()));
                return;
            }

            await WaitAsync(stop);
            outcome = await CallAsync(server, id, result);
        }

        if (outcome != EntryKind.Ok)
        {
            return;
        }

        if (random.NextDouble() < RepeatShare)
        {
            await CallAsync(server, id, result);
        }

        if (random.NextDouble() < ContradictShare)
        {
            await CallAsync(server, id, result == "fail" ? "success" : "fail");
        }
    }

    private async Task<EntryKind> CallAsync(string server, long id, string result)
    {
        BrokerEndpoint broker = traffic.Choose(random);
        HistoryEntry call = traffic.Recorder.Invoke(name, CallKind.Report, broker.Name, server, entry => entry with { CommandId = id, Result = result });
        ApiAnswer answer = await traffic.Api.AsAgentAsync(
            broker, HttpMethod.Post, $"/v3/sources/{server}/command_result",
            $$$"""{"command_name":"START","result":"{{{result}}}","result_detail":{"id":{{{id}}}}}""", "X-Command-Id", $"{id}");
        traffic.Recorder.End(call, answer);
        return answer.Outcome;
    }

    private async Task WaitAsync(CancellationToken stop)
    {
        try
        {
            await Task.Delay(traffic.RetryPause(random), stop);
            await traffic.ChooseAsync(random, stop);
        }
        catch (OperationCanceledException)
        {
            // Stopped while the broker was away; the loops above look at the token.
        }
    }
}
