// Many agents against one address. Prints one JSON line. bench/herd.py runs it against a cluster.
using System.Diagnostics;
using System.Net.Sockets;
using System.Text.Json;
using CommandBroker.Herd;

HerdOptions options = HerdOptions.Parse(args);
if (options.SetOutAt > 0)
{
    await WaitAsync();
}

var tally = new Tally();
using var over = new CancellationTokenSource(options.Duration);

// Agents are machines of their own: what they connect they use at once. Here they share cores with what they call, and without a bound all would connect before
// the first one sends, which fills the balancer with connections that say nothing.
using var door = new SemaphoreSlim(1000);
await (options.Mode switch
{
    "register" => EachOnceAsync(options.RegistrationOf),
    "visit" => EachOnceAsync(agent => options.PollOf(agent, keep: true)),
    "herd" => Task.WhenAll(Enumerable.Range(0, options.AgentCount).Select(ComeBackAsync)),
    "steady" => Task.WhenAll(Enumerable.Range(0, options.ConnectionCount).Select(line => Task.Run(() => GoOnAsync(line, agent => [options.PollOf(agent, keep: true)])))),
    "life" => Task.WhenAll(Enumerable.Range(0, options.ConnectionCount).Select(line => Task.Run(() => GoOnAsync(line, options.LifeOf)))),
    _ => throw new ArgumentException($"Mode {options.Mode} is none of register, visit, herd, steady, life."),
});
Console.WriteLine(JsonSerializer.Serialize(tally.Result(options.AgentCount)));
return;

// Each agent has a connection of its own, so the first ones do what all will do.
async Task WaitAsync()
{
    for (int agent = 0; agent < 300; agent++)
    {
        using var line = new HttpLine(options.FirstAgent + agent);
        await line.ConnectAsync(options.Target, CancellationToken.None);
        await line.CallAsync(HerdOptions.Greeting, CancellationToken.None);
    }

    TimeSpan left = DateTimeOffset.FromUnixTimeMilliseconds(options.SetOutAt) - DateTimeOffset.UtcNow;
    await Task.Delay(left > TimeSpan.Zero ? left : TimeSpan.Zero);
}

// An agent whose poll was due during the outage: a connection of its own, and what it is told it does, until it has been served.
async Task ComeBackAsync(int agent)
{
    bool asked = false, heard = false;
    while (!over.IsCancellationRequested)
    {
        double pause;
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(over.Token);
            long askedAt;
            HttpLine line;
            await door.WaitAsync(over.Token);
            try
            {
                askedAt = Stopwatch.GetTimestamp();
                patience.CancelAfter(TimeSpan.FromSeconds(30));
                line = await AskAsync(agent, patience.Token);
            }
            finally
            {
                door.Release();
            }

            if (!asked)
            {
                asked = true;
                tally.Sent();
            }

            HttpAnswer answer;
            using (line)
            {
                answer = await line.ReadAsync(patience.Token);
            }

            tally.Answered(answer, askedAt);
            if (!heard)
            {
                heard = true;
                tally.Heard();
            }

            if (answer.Status == 200)
            {
                return;
            }

            pause = answer.RetryAfterSeconds ?? 5;
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            break;
        }
        catch (Exception fault) when (fault is SocketException or IOException or OperationCanceledException)
        {
            tally.Count(fault is SocketException socket ? socket.SocketErrorCode.ToString() : fault is IOException ? "cut" : "no answer in 30 s");
            pause = 5 + (5 * Random.Shared.NextDouble());
        }

        await Task.Delay(TimeSpan.FromSeconds(pause), over.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    tally.Count("never served");
}

async Task<HttpLine> AskAsync(int agent, CancellationToken cancellationToken)
{
    var line = new HttpLine(options.FirstAgent + agent);
    try
    {
        await line.ConnectAsync(options.Target, cancellationToken);
        await line.SendAsync(options.PollOf(agent, keep: false), cancellationToken);
        return line;
    }
    catch
    {
        line.Dispose();
        throw;
    }
}

async Task EachOnceAsync(Func<int, string> requestOf)
{
    int next = -1;
    await Task.WhenAll(Enumerable.Range(0, options.ConnectionCount).Select(async number =>
    {
        HttpLine? line = null;
        for (int agent = Interlocked.Increment(ref next); agent < options.AgentCount; agent = Interlocked.Increment(ref next))
        {
            long askedAt = Stopwatch.GetTimestamp();
            line = await CallAsync(line, number, requestOf(agent), askedAt, over.Token);
        }

        line?.Dispose();
    }));
}

// Each connection takes its share of the agents in turn, at its share of the rate; what is late is made up for, so that waiting is measured.
async Task GoOnAsync(int number, Func<int, string[]> requestsOf)
{
    long start = Stopwatch.GetTimestamp();
    double interval = options.PollsPerSecond > 0 ? options.ConnectionCount / options.PollsPerSecond : 0;
    HttpLine? line = null;
    for (long turn = 0; !over.IsCancellationRequested; turn++)
    {
        double due = (turn + ((double)number / options.ConnectionCount)) * interval;
        double early = due - Stopwatch.GetElapsedTime(start).TotalSeconds;
        if (early > .001)
        {
            await Task.Delay(TimeSpan.FromSeconds(early));
        }

        int agent = (int)(((turn * options.ConnectionCount) + number) % options.AgentCount);
        long askedAt = interval > 0 ? start + (long)(due * Stopwatch.Frequency) : Stopwatch.GetTimestamp();
        try
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            foreach (string request in requestsOf(agent))
            {
                line = await CallAsync(line, number, request, askedAt, patience.Token);
            }
        }
        catch (Exception fault) when (fault is SocketException or IOException or OperationCanceledException)
        {
            tally.Count(fault is SocketException socket ? socket.SocketErrorCode.ToString() : fault is IOException ? "cut" : "no answer in 30 s");
            line = null;
        }
    }

    line?.Dispose();
}

// Over the connection that is given or over a new one; returns what the next call goes over, null when the answer ended it. A fault ends it, too.
async Task<HttpLine?> CallAsync(HttpLine? line, int number, string request, long askedAt, CancellationToken cancellationToken)
{
    bool isNew = line is null;
    line ??= new HttpLine(number);
    try
    {
        if (isNew)
        {
            await line.ConnectAsync(options.Target, cancellationToken);
        }

        HttpAnswer answer = await line.CallAsync(request, cancellationToken);
        tally.Answered(answer, askedAt);
        if (!answer.EndsConnection)
        {
            return line;
        }
    }
    catch
    {
        line.Dispose();
        throw;
    }

    line.Dispose();
    return null;
}
