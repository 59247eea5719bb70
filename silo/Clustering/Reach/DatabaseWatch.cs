using CommandBroker.Storage;
using Orleans.Runtime;

namespace CommandBroker.Silo.Clustering.Reach;

/// <summary>
/// Ends a silo that alone cannot reach the database. Its source servers would otherwise wait for as long as that lasts, because the silo answers
/// everybody's probes; once it is gone another silo serves them. It cannot write its own leaving, so the silo that proves it wrong does.
/// </summary>
/// <remarks>
/// When the database answers nobody, nobody ends: there is no other silo that was answered all the time. A wrong verdict costs a restart of this
/// silo and no command, as nothing is acknowledged without a commit.
/// </remarks>
internal sealed class DatabaseWatch(DatabasePulse pulse, IDatabaseProbe probe, PartedJudge judge, ReachTimes times, TimeProvider clock, ILogger<DatabaseWatch> log)
    : ILifecycleParticipant<ISiloLifecycle>
{
    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;

    public void Participate(ISiloLifecycle lifecycle) =>
        lifecycle.Subscribe(nameof(DatabaseWatch), ServiceLifecycleStage.Active, _ => Start(), _ => StopAsync());

    private Task Start()
    {
        _running = Task.WhenAll(RepeatAsync(times.ReadingInterval, judge.JudgeAsync), RepeatAsync(times.ProbeInterval, ProbeAsync));
        return Task.CompletedTask;
    }

    private async Task StopAsync()
    {
        await _stopping.CancelAsync();
        await _running;
    }

    // Only in quiet times: what the store is asked all the time says the same for nothing.
    private async Task ProbeAsync()
    {
        if (pulse.Silence >= times.ProbeInterval && await probe.AskAsync(_stopping.Token))
        {
            pulse.Heard();
        }
    }

    private async Task RepeatAsync(TimeSpan interval, Func<Task> step)
    {
        using var timer = new PeriodicTimer(interval, clock);
        bool hasFailed = false;
        try
        {
            // Apart from the lifecycle's own scheduler, which must not wait for this.
            while (await timer.WaitForNextTickAsync(_stopping.Token).ConfigureAwait(false))
            {
                hasFailed = !await TryAsync(step, isTold: hasFailed).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The silo stops.
        }
    }

    private async Task<bool> TryAsync(Func<Task> step, bool isTold)
    {
        try
        {
            await step();
            return true;
        }
#pragma warning disable CA1031 // the outermost border: without its watch a silo that is cut off would stay
        catch (Exception fault) when (!_stopping.IsCancellationRequested)
#pragma warning restore CA1031
        {
            // Once for as long as it lasts, and not several times a second.
            if (!isTold)
            {
                log.WatchFailed(fault);
            }

            return false;
        }
    }
}
