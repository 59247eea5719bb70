using CommandBroker.Silo.Clustering;
using CommandBroker.Silo.Clustering.Reach;
using CommandBroker.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Orleans.Runtime;
using Xunit;

namespace CommandBroker.Silo.Tests.Reach;

/// <summary>When a silo ends itself because it alone cannot reach the database, and when it must not.</summary>
public sealed class DatabaseWatchTests
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(0.5);

    private readonly FakeTimeProvider _clock = new();
    private readonly FakePeers _peers = new();
    private readonly DatabasePulse _pulse;
    private readonly DatabaseWatch _watch;

    public DatabaseWatchTests()
    {
        _pulse = new DatabasePulse(_clock);
        _watch = Watch(_pulse, _peers);
    }

    [Fact]
    public async Task A_silo_that_alone_hears_nothing_has_itself_declared_dead_and_ends()
    {
        _peers.Add(() => Answer(null));
        SiloAddress witness = _peers.Add(() => Answer(10));

        await PassAsync(3, hears: false);

        Assert.True(_peers.HasEnded);
        Assert.Equal(witness, _peers.Burier);
    }

    [Fact]
    public async Task Nobody_is_asked_before_the_timeout()
    {
        _peers.Add(() => Answer(10));

        await PassAsync(2.5, hears: false);

        Assert.Equal(0, _peers.AskedCount);
        Assert.False(_peers.HasEnded);
    }

    [Fact]
    public async Task A_silo_that_is_answered_never_asks()
    {
        _peers.Add(() => Answer(10));

        await PassAsync(60, hears: true);

        Assert.Equal(0, _peers.AskedCount);
    }

    [Fact]
    public async Task A_silo_without_others_stays()
    {
        await PassAsync(60, hears: false);

        Assert.False(_peers.HasEnded);
    }

    [Fact]
    public async Task A_silo_whose_peers_do_not_answer_stays()
    {
        _peers.Add(() => Answer(null));

        await PassAsync(60, hears: false);

        Assert.True(_peers.AskedCount > 0);
        Assert.False(_peers.HasEnded);
    }

    [Fact]
    public async Task One_that_is_answered_again_after_an_outage_proves_nothing_until_it_has_been_for_the_timeout()
    {
        double answeredFor = 0;
        _peers.Add(() => Answer(answeredFor));
        await PassAsync(10, hears: false);

        answeredFor = 2.9;
        await PassAsync(0.5, hears: false);
        Assert.False(_peers.HasEnded);

        answeredFor = 3;
        await PassAsync(0.5, hears: false);
        Assert.True(_peers.HasEnded);
    }

    [Fact]
    public async Task No_silo_ends_when_the_database_is_away_for_all_and_comes_back_for_one_after_the_other()
    {
        var others = new FakePeers();
        var pulse = new DatabasePulse(_clock);
        DatabaseWatch other = Watch(pulse, others);
        _peers.Add(() => Task.FromResult<TimeSpan?>(other.Read().AnsweredFor));
        others.Add(() => Task.FromResult<TimeSpan?>(_watch.Read().AnsweredFor));
        await BothAsync(10, true, true);
        await BothAsync(5, false, false);
        await BothAsync(2.5, false, true);
        await BothAsync(10, true, true);

        Assert.True(_peers.AskedCount > 0);
        Assert.True(others.AskedCount > 0);
        Assert.False(_peers.HasEnded || others.HasEnded);

        async Task BothAsync(double seconds, bool oneHears, bool otherHears)
        {
            for (TimeSpan passed = Step; passed <= TimeSpan.FromSeconds(seconds); passed += Step)
            {
                _clock.Advance(Step);
                Hear(_pulse, oneHears);
                Hear(pulse, otherHears);
                await _watch.JudgeAsync();
                await other.JudgeAsync();
            }
        }
    }

    [Fact]
    public async Task An_answer_that_comes_while_others_are_asked_saves_the_silo()
    {
        _peers.Add(async () =>
        {
            await Task.Yield();
            _pulse.Heard();
            return TimeSpan.FromSeconds(10);
        });

        await PassAsync(3, hears: false);

        Assert.Equal(1, _peers.AskedCount);
        Assert.False(_peers.HasEnded);
    }

    [Fact]
    public async Task A_silo_that_stood_still_longer_than_the_timeout_does_not_end_for_that()
    {
        _peers.Add(() => Answer(60));
        await PassAsync(5, hears: true);

        _clock.Advance(TimeSpan.FromSeconds(30));
        await _watch.JudgeAsync();
        await PassAsync(2.5, hears: false);

        Assert.False(_peers.HasEnded);
    }

    private DatabaseWatch Watch(DatabasePulse pulse, FakePeers peers) => new(
        pulse, peers, peers, Options.Create(new ClusteringOptions()), Options.Create(new StorageOptions()), _clock, NullLogger<DatabaseWatch>.Instance);

    private async Task PassAsync(double seconds, bool hears)
    {
        for (TimeSpan passed = Step; passed <= TimeSpan.FromSeconds(seconds); passed += Step)
        {
            _clock.Advance(Step);
            Hear(_pulse, hears);
            await _watch.JudgeAsync();
        }
    }

    private static void Hear(DatabasePulse pulse, bool hears)
    {
        if (hears)
        {
            pulse.Heard();
        }
    }

    private static Task<TimeSpan?> Answer(double? seconds) => Task.FromResult(seconds is { } given ? TimeSpan.FromSeconds(given) : (TimeSpan?)null);
}
