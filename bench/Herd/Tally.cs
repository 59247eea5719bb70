using System.Collections.Concurrent;
using System.Diagnostics;

namespace CommandBroker.Herd;

/// <summary>Counts what came back, by second and in all.</summary>
internal sealed class Tally
{
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly ConcurrentDictionary<(int Second, string What), int> _bySecond = new();
    private readonly ConcurrentDictionary<string, int> _all = new();
    private readonly ConcurrentBag<double> _milliseconds = [];
    private readonly ConcurrentDictionary<int, int> _retryAfter = new();
    private readonly ConcurrentDictionary<int, double> _longest = new();
    private readonly ConcurrentDictionary<int, int> _sent = new();
    private double _heardAt;
    private int _heardCount;

    /// <summary>When counting began, in milliseconds since 1970.</summary>
    public long Began { get; } = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    public double Seconds => Stopwatch.GetElapsedTime(_start).TotalSeconds;

    public void Answered(HttpAnswer answer, long askedAt)
    {
        Count(answer.Status.ToString(System.Globalization.CultureInfo.InvariantCulture));
        double milliseconds = Stopwatch.GetElapsedTime(askedAt).TotalMilliseconds;
        _longest.AddOrUpdate((int)Seconds, milliseconds, (_, longest) => Math.Max(longest, milliseconds));
        if (answer.Status < 300)
        {
            _milliseconds.Add(milliseconds);
        }
        else
        {
            _retryAfter.AddOrUpdate(answer.RetryAfterSeconds ?? -1, 1, (_, count) => count + 1);
        }
    }

    /// <summary>An agent has sent its first request.</summary>
    public void Sent() => _sent.AddOrUpdate((int)Seconds, 1, (_, count) => count + 1);

    /// <summary>An agent has its first answer, whatever it says.</summary>
    public void Heard()
    {
        Interlocked.Increment(ref _heardCount);
        double now = Seconds;
        for (double last = Volatile.Read(ref _heardAt); now > last; last = Volatile.Read(ref _heardAt))
        {
            Interlocked.CompareExchange(ref _heardAt, now, last);
        }
    }

    public void Count(string what)
    {
        _all.AddOrUpdate(what, 1, (_, count) => count + 1);
        _bySecond.AddOrUpdate(((int)Seconds, what), 1, (_, count) => count + 1);
    }

    /// <summary>For a JSON line. Retry-After -1 is a refusal without the header.</summary>
    public object Result(int agents)
    {
        double[] sorted = [.. _milliseconds.Order()];
        double At(double part) => sorted.Length == 0 ? 0 : Math.Round(sorted[(int)Math.Min(sorted.Length - 1, sorted.Length * part)], 2);
        return new
        {
            agents,
            seconds = Math.Round(Seconds, 1),
            served = sorted.Length,
            began = Began,
            cpu_s = Math.Round(Environment.CpuUsage.TotalTime.TotalSeconds, 1),
            sent_by_second = _sent.OrderBy(pair => pair.Key).ToDictionary(),
            heard = _heardCount,
            heard_s = Math.Round(_heardAt, 1),
            all = _all.OrderBy(pair => pair.Key).ToDictionary(),
            retry_after = _retryAfter.OrderBy(pair => pair.Key).ToDictionary(),
            p50_ms = At(.5),
            p99_ms = At(.99),
            p999_ms = At(.999),
            max_ms = At(1),
            longest_ms = _longest.OrderBy(pair => pair.Key).ToDictionary(pair => pair.Key, pair => Math.Round(pair.Value)),
            by_second = _bySecond.GroupBy(pair => pair.Key.Second).OrderBy(group => group.Key)
                .ToDictionary(group => group.Key, group => group.OrderBy(pair => pair.Key.What).ToDictionary(pair => pair.Key.What, pair => pair.Value)),
        };
    }
}
