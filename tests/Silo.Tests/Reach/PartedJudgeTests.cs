using Microsoft.Extensions.Time.Testing;
using Orleans.Runtime;
using Xunit;

namespace CommandBroker.Silo.Tests.Reach;

/// <summary>When a silo ends itself because it alone cannot reach the database, and when it must not.</summary>
public sealed class PartedJudgeTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly WatchedSilo _silo;
    private readonly FakePeers _peers;

    public PartedJudgeTests()
    {
        _silo = new WatchedSilo(_clock);
        _peers = _silo.Peers;
    }

    [Fact]
    public async Task A_silo_that_alone_hears_nothing_has_itself_declared_dead_and_ends()
    {
        _peers.Add(() => Answer(null));
        _peers.Add(() => Answer(null));
        SiloAddress witness = _peers.Add(() => Answer(10));

        await _silo.PassAsync(3, hears: false);

        Assert.True(_peers.HasEnded);
        Assert.Equal(witness, _peers.Declarer);
    }

    [Fact]
    public async Task Nobody_is_asked_before_the_timeout()
    {
        _peers.Add(() => Answer(10));

        await _silo.PassAsync(2.5, hears: false);

        Assert.Equal(0, _peers.AskedCount);
        Assert.False(_peers.HasEnded);
    }

    [Fact]
    public async Task A_silo_that_is_answered_never_asks()
    {
        _peers.Add(() => Answer(10));

        await _silo.PassAsync(60, hears: true);

        Assert.Equal(0, _peers.AskedCount);
    }

    [Fact]
    public async Task A_silo_without_others_stays()
    {
        await _silo.PassAsync(60, hears: false);

        Assert.False(_peers.HasEnded);
    }

    [Fact]
    public async Task A_silo_whose_peers_do_not_answer_stays()
    {
        _peers.Add(() => Answer(null));

        await _silo.PassAsync(60, hears: false);

        Assert.True(_peers.AskedCount > 0);
        Assert.False(_peers.HasEnded);
    }

    [Fact]
    public async Task One_that_is_answered_again_after_an_outage_proves_nothing_until_it_has_been_for_the_timeout()
    {
        double answeredFor = 0;
        _peers.Add(() => Answer(answeredFor));
        await _silo.PassAsync(10, hears: false);

        answeredFor = 2.9;
        await _silo.PassAsync(0.5, hears: false);
        Assert.False(_peers.HasEnded);

        answeredFor = 3;
        await _silo.PassAsync(0.5, hears: false);
        Assert.True(_peers.HasEnded);
    }

    [Theory]
    [InlineData(3, 3)]
    [InlineData(3, 10)]
    [InlineData(10, 3)]
    [InlineData(3, 86_400)]
    public async Task No_silo_ends_when_the_database_is_away_for_all_and_comes_back_for_one_after_the_other(double oneTimeout, double otherTimeout)
    {
        var one = new WatchedSilo(_clock, oneTimeout);
        var other = new WatchedSilo(_clock, otherTimeout);
        one.Peers.Add(other.Reader);
        other.Peers.Add(one.Reader);
        await BothAsync(20, true, true);

        // Shorter than the pauses that a silo with the longer timeout notices, and longer.
        foreach (double outage in new[] { 4, 12.0 })
        {
            await BothAsync(outage, false, false);
            await BothAsync(2.5, false, true);
            await BothAsync(20, true, true);
        }

        Assert.True(one.Peers.AskedCount + other.Peers.AskedCount > 0);
        Assert.False(one.Peers.HasEnded || other.Peers.HasEnded);

        Task BothAsync(double seconds, bool oneHears, bool otherHears) => WatchedSilo.PassAsync(_clock, seconds, (one, oneHears), (other, otherHears));
    }

    [Theory]
    [InlineData(3, true)]
    [InlineData(2, true)]
    [InlineData(3.1, false)]
    public async Task A_silo_whose_timeout_is_not_longer_can_prove_it(double witnessTimeout, bool isProven)
    {
        var witness = new WatchedSilo(_clock, witnessTimeout);
        _peers.Add(witness.Reader);

        await WatchedSilo.PassAsync(_clock, 10, (_silo, true), (witness, true));
        await WatchedSilo.PassAsync(_clock, 3, (_silo, false), (witness, true));

        Assert.Equal(isProven, _peers.HasEnded);
    }

    [Fact]
    public async Task An_answer_that_comes_while_others_are_asked_saves_the_silo()
    {
        _peers.Add(async () =>
        {
            await Task.Yield();
            _silo.Pulse.Heard();
            return TimeSpan.FromSeconds(10);
        });

        await _silo.PassAsync(3, hears: false);

        Assert.Equal(1, _peers.AskedCount);
        Assert.False(_peers.HasEnded);
    }

    [Fact]
    public async Task A_silo_that_stops_does_not_ask()
    {
        _peers.Add(() => Answer(10));
        _silo.StopApplication();

        await _silo.PassAsync(10, hears: false);

        Assert.Equal(0, _peers.AskedCount);
        Assert.False(_peers.HasEnded);
    }

    [Fact]
    public async Task A_silo_that_begins_to_stop_while_others_are_asked_goes_in_its_own_way()
    {
        _peers.Add(async () =>
        {
            await Task.Yield();
            _silo.StopApplication();
            return TimeSpan.FromSeconds(10);
        });

        await _silo.PassAsync(10, hears: false);

        Assert.Equal(1, _peers.AskedCount);
        Assert.False(_peers.HasEnded);
    }

    [Fact]
    public async Task A_silo_that_stood_still_longer_than_the_timeout_does_not_end_for_that()
    {
        _peers.Add(() => Answer(60));
        await _silo.PassAsync(5, hears: true);

        _clock.Advance(TimeSpan.FromSeconds(30));
        await _silo.Judge.JudgeAsync();
        await _silo.PassAsync(2.5, hears: false);

        Assert.False(_peers.HasEnded);
    }

    private static Task<TimeSpan?> Answer(double? seconds) => Task.FromResult(seconds is { } given ? TimeSpan.FromSeconds(given) : (TimeSpan?)null);
}
