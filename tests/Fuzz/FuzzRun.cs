using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;

namespace CommandBroker.Fuzz;

/// <summary>Gives one target its share of broken inputs.</summary>
internal sealed class FuzzRun(FuzzTarget target, FuzzOptions options, IEnumerable<byte[]> corpus)
{
    /// <summary>After so many findings there is enough to read.</summary>
    private const int MaxFindings = 10;

    private static readonly TimeSpan HangTimeout = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, long> _answers = new();
    private readonly ConcurrentQueue<(string Message, byte[] Input)> _findings = new();
    private readonly Lock _gate = new();
    private volatile byte[][] _corpus = [.. corpus];
    private long _given;

    /// <summary>The corpus with what the run added.</summary>
    public IReadOnlyList<byte[]> Corpus => _corpus;

    /// <summary>Runs until all inputs are given, or enough findings are made. A hang ends the process: its thread can't be stopped.</summary>
    public FuzzReport Go()
    {
        var clock = Stopwatch.StartNew();
        var workers = new Worker[options.Threads];
        for (int i = 0; i < workers.Length; i++)
        {
            workers[i] = new Worker(this, new Mutator(new Random(options.Seed + i), [.. target.Words.Select(Encoding.UTF8.GetBytes)]));
        }

        foreach (Worker worker in workers)
        {
            while (!worker.Join(TimeSpan.FromMilliseconds(200)))
            {
                foreach (Worker other in workers.Where(other => other.IsStuck(HangTimeout)))
                {
                    _findings.Enqueue(($"Took longer than {HangTimeout.TotalSeconds} seconds.", other.Input));
                    return Report(clock.Elapsed);
                }
            }
        }

        return Report(clock.Elapsed);
    }

    private FuzzReport Report(TimeSpan elapsed) => new(Math.Min(_given, options.Count), _answers, [.. _findings], elapsed);

    private bool TakeTurn() => _findings.Count < MaxFindings && Interlocked.Increment(ref _given) <= options.Count;

    private void Give(byte[] input)
    {
        try
        {
            string answer = target.Check(input);
            if (_answers.AddOrUpdate(answer, 1, (_, count) => count + 1) == 1)
            {
                lock (_gate)
                {
                    _corpus = [.. _corpus, input];
                }
            }
        }
        catch (Exception failure)
        {
            // The outermost border of one input: whatever a target throws is what this program looks for.
            _findings.Enqueue(($"{failure.GetType().Name}: {failure.Message}", input));
        }
    }

    private sealed class Worker
    {
        private readonly Thread _thread;
        private long _startedAt = long.MaxValue;

        public Worker(FuzzRun run, Mutator mutator)
        {
            _thread = new Thread(() =>
            {
                while (run.TakeTurn())
                {
                    Input = mutator.Next(run._corpus);
                    Volatile.Write(ref _startedAt, Stopwatch.GetTimestamp());
                    run.Give(Input);
                    Volatile.Write(ref _startedAt, long.MaxValue);
                }
            })
            { IsBackground = true };
            _thread.Start();
        }

        public byte[] Input { get; private set; } = [];

        public bool Join(TimeSpan timeout) => _thread.Join(timeout);

        public bool IsStuck(TimeSpan timeout) =>
            Volatile.Read(ref _startedAt) is var startedAt && startedAt != long.MaxValue && Stopwatch.GetElapsedTime(startedAt) > timeout;
    }
}
