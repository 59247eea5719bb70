using CommandBroker.Contracts;
using CommandBroker.Gateway.Health;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace CommandBroker.Gateway.Tests;

/// <summary>What a gateway makes of the answers of its silos, and how often it asks.</summary>
public sealed class SiloProbeTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly FakeGrains _grains = new();
    private readonly SiloProbe _probe;
    private int _asked;

    public SiloProbeTests()
    {
        _probe = new SiloProbe(_grains, Options.Create(new GatewayOptions { StallTolerance = TimeSpan.FromSeconds(30) }), _clock);
        Answer(() => ValueTask.CompletedTask);
    }

    [Fact]
    public async Task Many_that_want_to_know_cost_one_question()
    {
        for (int number = 0; number < 1_000; number++)
        {
            Assert.Equal(SiloVerdict.Good, await _probe.CurrentAsync());
        }

        Assert.Equal(1, _asked);
    }

    [Fact]
    public async Task Nobody_waits_for_a_silo_that_has_answered_lately()
    {
        await _probe.CurrentAsync();
        var answer = new TaskCompletionSource();
        Answer(() => new ValueTask(answer.Task));
        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(SiloVerdict.Good, await _probe.CurrentAsync());
    }

    [Fact]
    public async Task A_store_that_stands_still_is_borne_as_long_as_the_setting_says_and_no_longer()
    {
        await _probe.CurrentAsync();
        Answer(NoStore);

        Assert.Equal(SiloVerdict.Stalled, await AfterAsync(TimeSpan.FromSeconds(6)));
        Assert.Equal(SiloVerdict.Stalled, await AfterAsync(TimeSpan.FromSeconds(20)));
        Assert.Equal(SiloVerdict.NoStore, await AfterAsync(TimeSpan.FromSeconds(6)));
        Answer(() => ValueTask.CompletedTask);
        Assert.Equal(SiloVerdict.Good, await AfterAsync(TimeSpan.FromSeconds(6)));
    }

    [Fact]
    public async Task A_store_that_has_never_taken_a_write_is_not_borne()
    {
        Answer(NoStore);

        Assert.Equal(SiloVerdict.NoStore, await _probe.CurrentAsync());
    }

    [Fact]
    public async Task One_silo_that_does_not_answer_is_passed_over_and_two_are_not()
    {
        await _probe.CurrentAsync();
        Answer(() => ValueTask.FromException(new TimeoutException()));

        Assert.Equal(SiloVerdict.Good, await AskedAgainAsync());
        Assert.Equal(SiloVerdict.NoSilo, await AskedAgainAsync());
        Answer(() => ValueTask.CompletedTask);
        Assert.Equal(SiloVerdict.Good, await AskedAgainAsync());
    }

    [Fact]
    public async Task After_a_quiet_time_one_silo_that_does_not_answer_is_enough()
    {
        await _probe.CurrentAsync();
        Answer(() => ValueTask.FromException(new TimeoutException()));

        Assert.Equal(SiloVerdict.NoSilo, await AfterAsync(TimeSpan.FromSeconds(6)));
    }

    private static ValueTask NoStore() => ValueTask.FromException(new BrokerException(BrokerErrorReason.StorageUnavailable, "Full."));

    private void Answer(Func<ValueTask> answer) => _grains.DirectoryGrain.Ping = () =>
    {
        Interlocked.Increment(ref _asked);
        return answer();
    };

    private async Task<SiloVerdict> AfterAsync(TimeSpan pause)
    {
        _clock.Advance(pause);
        return await _probe.CurrentAsync();
    }

    // Until the question that this makes is answered, everybody is given the last verdict; then the next one is, without another question.
    private async Task<SiloVerdict> AskedAgainAsync()
    {
        int before = Volatile.Read(ref _asked);
        _clock.Advance(TimeSpan.FromSeconds(1));
        await _probe.CurrentAsync();
        await _probe.Asking;
        Assert.Equal(before + 1, Volatile.Read(ref _asked));
        return await _probe.CurrentAsync();
    }
}
