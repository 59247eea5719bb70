using CommandBroker.Gateway.Grains;

namespace CommandBroker.Gateway.Health;

/// <summary>
/// Asks a silo whether it and its store are there, at most twice a second however many want to know. Nobody waits for the answer: each gets the last one, which
/// for a balancer that checks all the time is at most a check old. Only after <see cref="Quiet"/>, or for the first one, the next answer is waited for.
/// </summary>
internal sealed class SiloProbe(IBrokerGrains grains, IOptions<GatewayOptions> options, TimeProvider clock)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private Task _asking = Task.CompletedTask;
    private long? _answeredAt;
    private long? _goodAt;
    private bool _hasMissed;
    private volatile SiloVerdict _verdict = SiloVerdict.NoSilo;

    /// <summary>The question that is open, or was last.</summary>
    internal Task Asking
    {
        get
        {
            lock (_gate)
            {
                return _asking;
            }
        }
    }

    /// <summary>The last verdict.</summary>
    public async ValueTask<SiloVerdict> CurrentAsync()
    {
        Task? asking = null;
        lock (_gate)
        {
            if (!IsYounger(_answeredAt, Fresh))
            {
                if (_asking.IsCompleted)
                {
                    _asking = Task.Run(AskAsync);
                }

                asking = IsYounger(_answeredAt, Quiet) ? null : _asking;
            }
        }

        if (asking is not null)
        {
            await asking;
        }

        return _verdict;
    }

    private async Task AskAsync()
    {
        SiloVerdict answer;
        try
        {
            await grains.Directory.PingAsync().AsTask().WaitAsync(options.Value.ReadyTimeout, clock);
            answer = SiloVerdict.Good;
        }
        catch (BrokerException)
        {
            answer = SiloVerdict.NoStore;
        }
        catch (Exception unreachable) when (GrainFailure.IsUnreachable(unreachable))
        {
            answer = SiloVerdict.NoSilo;
        }

        lock (_gate)
        {
            _verdict = Judge(answer);
            _answeredAt = clock.GetTimestamp();
        }
    }

    private SiloVerdict Judge(SiloVerdict answer)
    {
        bool hadMissed = _hasMissed;
        _hasMissed = answer == SiloVerdict.NoSilo;
        switch (answer)
        {
            case SiloVerdict.Good:
                _goodAt = clock.GetTimestamp();
                return answer;
            case SiloVerdict.NoStore:
                return IsYounger(_goodAt, options.Value.StallTolerance) ? SiloVerdict.Stalled : answer;
            default:
                // One silo that stops or is slow says nothing of the others, of which the next question may ask one.
                return hadMissed || !IsYounger(_answeredAt, Quiet) ? answer : _verdict;
        }
    }

    private bool IsYounger(long? timestamp, TimeSpan age) => timestamp is long then && clock.GetElapsedTime(then) < age;
}
