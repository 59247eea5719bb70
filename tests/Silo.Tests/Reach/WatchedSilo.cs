using CommandBroker.Silo.Clustering.Reach;
using CommandBroker.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace CommandBroker.Silo.Tests.Reach;

/// <summary>What watches over one silo's way to the database, with other silos that a test makes up.</summary>
internal sealed class WatchedSilo : IHostApplicationLifetime
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(0.5);

    private readonly CancellationTokenSource _stopping = new();
    private readonly FakeTimeProvider _clock;

    public WatchedSilo(FakeTimeProvider clock, double timeoutSeconds = 3)
    {
        _clock = clock;
        Pulse = new DatabasePulse(clock);
        Times = new ReachTimes(TimeSpan.FromSeconds(timeoutSeconds));
        Reader = new ReachReader(Pulse, Times, clock);
        Judge = new PartedJudge(Reader, Times, Peers, Peers, this, NullLogger<PartedJudge>.Instance);
    }

    public FakePeers Peers { get; } = new();

    public DatabasePulse Pulse { get; }

    public ReachTimes Times { get; }

    public ReachReader Reader { get; }

    public PartedJudge Judge { get; }

    public CancellationToken ApplicationStarted => CancellationToken.None;

    public CancellationToken ApplicationStopping => _stopping.Token;

    public CancellationToken ApplicationStopped => CancellationToken.None;

    public void StopApplication() => _stopping.Cancel();

    /// <summary>Lets time pass for this silo alone.</summary>
    public Task PassAsync(double seconds, bool hears) => PassAsync(_clock, seconds, (this, hears));

    /// <summary>Lets time pass for several silos, each of which hears of the database or does not.</summary>
    public static async Task PassAsync(FakeTimeProvider clock, double seconds, params (WatchedSilo Silo, bool Hears)[] silos)
    {
        for (TimeSpan passed = Step; passed <= TimeSpan.FromSeconds(seconds); passed += Step)
        {
            clock.Advance(Step);
            foreach ((WatchedSilo silo, _) in silos.Where(silo => silo.Hears))
            {
                silo.Pulse.Heard();
            }

            foreach ((WatchedSilo silo, _) in silos)
            {
                await silo.Judge.JudgeAsync();
            }
        }
    }
}
