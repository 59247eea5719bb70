using System.Diagnostics;
using CommandBroker.Chaos.Faults;

namespace CommandBroker.Chaos;

/// <summary>Which faults a run has, and when it ends.</summary>
internal sealed class RunPlan
{
    private readonly TimeSpan _length;

    private RunPlan(IReadOnlyList<FaultKind> kinds, TimeSpan length, int minAcknowledgedCount) =>
        (Kinds, _length, MinAcknowledgedCount) = (kinds, length, minAcknowledgedCount);

    /// <summary>The kinds of fault that come.</summary>
    public IReadOnlyList<FaultKind> Kinds { get; }

    /// <summary>Acknowledged writes below which the run is void.</summary>
    public int MinAcknowledgedCount { get; }

    /// <summary>Whether faults come again and again.</summary>
    public bool IsMixed => _length > TimeSpan.Zero;

    /// <summary>The fewest faults that must have fired.</summary>
    public int MinFaultCount => IsMixed ? Math.Max(1, (int)_length.TotalMinutes) : Kinds.Count;

    /// <summary>Each of these once, in this order.</summary>
    public static RunPlan Once(IReadOnlyList<FaultKind> kinds) => new(kinds, TimeSpan.Zero, 1_000);

    /// <summary>Each of these, one after another in random order, again and again for so long.</summary>
    public static RunPlan Mixed(IReadOnlyList<FaultKind> kinds, TimeSpan length) => new(kinds, length, (int)(3_000 * length.TotalMinutes));

    /// <summary>The faults, as they come.</summary>
    public IEnumerable<FaultKind> Faults(Random random)
    {
        if (!IsMixed)
        {
            foreach (FaultKind kind in Kinds)
            {
                yield return kind;
            }

            yield break;
        }

        long startedAt = Stopwatch.GetTimestamp();
        while (true)
        {
            FaultKind[] deck = [.. Kinds];
            random.Shuffle(deck);
            foreach (FaultKind kind in deck)
            {
                if (Stopwatch.GetElapsedTime(startedAt) > _length)
                {
                    yield break;
                }

                yield return kind;
            }
        }
    }
}
