using CommandBroker.Storage;
using Microsoft.Extensions.Options;
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
internal sealed class DatabaseWatch(
    DatabasePulse pulse, IReachPeers peers, IPartedEnd end, IOptions<ClusteringOptions> options, IOptions<StorageOptions> storage, TimeProvider clock,
    ILogger<DatabaseWatch> log) : ILifecycleParticipant<ISiloLifecycle>
{
    // A question gets half of the timeout, so that what ends a silo is never one answer that was lost. Reading costs nothing, and each part of a second that is
    // lost between two readings is one that source servers wait.
    private const int PauseShare = 2;
    private const int ProbeShare = 6;
    private const int ReadingShare = 12;
    private static readonly TimeSpan LongestInterval = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly long _startedAt = clock.GetTimestamp();
    private readonly CancellationTokenSource _stopping = new();
    private DatabaseReach _reach = DatabaseReach.Begin(TimeSpan.Zero);
    private Task _running = Task.CompletedTask;

    private TimeSpan SilenceTimeout => options.Value.DatabaseSilenceTimeout;

    private TimeSpan LongestPause => SilenceTimeout / PauseShare;

    private TimeSpan ProbeInterval => IntervalOf(ProbeShare);

    public void Participate(ISiloLifecycle lifecycle) =>
        lifecycle.Subscribe(nameof(DatabaseWatch), ServiceLifecycleStage.Active, _ => Start(), _ => StopAsync());

    /// <summary>What this silo knows of its way to the database, now.</summary>
    public DatabaseReach Read()
    {
        lock (_gate)
        {
            TimeSpan now = clock.GetElapsedTime(_startedAt);
            return _reach = _reach.At(now, now - pulse.Silence, LongestPause);
        }
    }

    /// <summary>Ends the silo when it is the one that is cut off; asks the others only when it may be.</summary>
    public async Task JudgeAsync()
    {
        if (!PartedVerdict.IsInDoubt(Read(), SilenceTimeout))
        {
            return;
        }

        var asked = peers.Active.ToDictionary(peers.AskAsync);
        await foreach (Task<TimeSpan?> answer in Task.WhenEach(asked.Keys))
        {
            DatabaseReach own = Read();
            if (PartedVerdict.IsProvenBy(await answer, own, SilenceTimeout))
            {
                SiloAddress witness = asked[answer];
                log.SiloParted(own.Silence, witness.ToString(), end.ExitCode, SilenceTimeout);
                await peers.AskForBurialAsync(witness);
                end.End();
                return;
            }
        }
    }

    private Task Start()
    {
        // Apart from the lifecycle's own scheduler, which must not wait for this.
        _running = Task.Run(() => Task.WhenAll(RepeatAsync(IntervalOf(ReadingShare), JudgeAsync), ProbeAsync()));
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
        await using var probe = new DatabaseProbe(storage.Value.ConnectionString!, LongestPause, clock);
        await RepeatAsync(ProbeInterval, async () =>
        {
            if (pulse.Silence >= ProbeInterval && await probe.AskAsync(_stopping.Token))
            {
                pulse.Heard();
            }
        });
    }

    private TimeSpan IntervalOf(int share) => SilenceTimeout / share < LongestInterval ? SilenceTimeout / share : LongestInterval;

    private async Task RepeatAsync(TimeSpan interval, Func<Task> step)
    {
        using var timer = new PeriodicTimer(interval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token))
            {
                await TryAsync(step);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The silo stops.
        }
    }

    private async Task TryAsync(Func<Task> step)
    {
        try
        {
            await step();
        }
#pragma warning disable CA1031 // the outermost border: without its watch a silo that is cut off would stay
        catch (Exception fault) when (!_stopping.IsCancellationRequested)
#pragma warning restore CA1031
        {
            log.WatchFailed(fault);
        }
    }
}
