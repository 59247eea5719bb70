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

    public double Seconds => Stopwatch.GetElapsedTime(_start).TotalSeconds;

    public void Answered(HttpAnswer answer, long askedAt)
    {
        Count(answer.Status.ToString(System.Globalization.CultureInfo.InvariantCulture));
        if (answer.Status < 300)
        {
            _milliseconds.Add(Stopwatch.GetElapsedTime(askedAt).TotalMilliseconds);
        }
        else
        {
            _retryAfter.AddOrUpdate(answer.RetryAfterSeconds ?? -1, 1, (_, count) => count + 1);
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
            all = _all.OrderBy(pair => pair.Key).ToDictionary(),
            retry_after = _retryAfter.OrderBy(pair => pair.Key).ToDictionary(),
            p50_ms = At(.5),
            p99_ms = At(.99),
            p999_ms = At(.999),
            max_ms = At(1),
            by_second = _bySecond.GroupBy(pair => pair.Key.Second).OrderBy(group => group.Key)
                .ToDictionary(group => group.Key, group => group.OrderBy(pair => pair.Key.What).ToDictionary(pair => pair.Key.What, pair => pair.Value)),
        };
    }
}
