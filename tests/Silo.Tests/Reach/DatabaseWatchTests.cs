using CommandBroker.Silo.Clustering.Reach;
using CommandBroker.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Orleans;
using Orleans.Runtime;
using Xunit;

namespace CommandBroker.Silo.Tests.Reach;

/// <summary>What goes on by itself between the start and the stop of a silo. Its steps run as the clock is advanced.</summary>
public sealed class DatabaseWatchTests
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(0.25);

    private readonly FakeTimeProvider _clock = new();
    private readonly WatchedSilo _silo;
    private readonly Probe _probe = new();
    private readonly Lifecycle _lifecycle = new();
    private readonly Messages _messages = new();

    public DatabaseWatchTests()
    {
        _silo = new WatchedSilo(_clock);
        _silo.Peers.Add(() => Task.FromResult<TimeSpan?>(TimeSpan.FromMinutes(1)));
        new DatabaseWatch(_silo.Pulse, _probe, _silo.Judge, _silo.Times, _clock, _messages).Participate(_lifecycle);
    }

    [Fact]
    public async Task Quiet_silo_stays_because_its_questions_are_answered()
    {
        await _lifecycle.StartAsync();

        Pass(60);
        Assert.False(_silo.Peers.HasEnded);

        _probe.Answer = () => false;
        Pass(4);
        Assert.True(_silo.Peers.HasEnded);
    }

    [Fact]
    public async Task Database_is_not_asked_while_the_store_is_answered()
    {
        await _lifecycle.StartAsync();
        for (int i = 0; i < 40; i++)
        {
            _silo.Pulse.Heard();
            Pass(0.25);
        }

        Assert.Equal(0, _probe.AskedCount);
        Pass(0.5);
        Assert.NotEqual(0, _probe.AskedCount);
    }

    [Fact]
    public async Task Question_that_fails_is_told_once_for_as_long_as_that_lasts()
    {
        await _lifecycle.StartAsync();
        _probe.Answer = () => throw new InvalidOperationException("broken");
        Pass(2);
        Assert.Equal(1, _messages.Count);

        _probe.Answer = () => true;
        Pass(2);
        _probe.Answer = () => throw new InvalidOperationException("broken again");
        Pass(2);
        Assert.Equal(2, _messages.Count);
    }

    [Fact]
    public async Task Silo_that_has_stopped_asks_and_judges_no_more()
    {
        await _lifecycle.StartAsync();
        Pass(1);
        await _lifecycle.StopAsync();
        int askedCount = _probe.AskedCount;

        Pass(10);

        Assert.Equal(askedCount, _probe.AskedCount);
        Assert.False(_silo.Peers.HasEnded);
    }

    private void Pass(double seconds)
    {
        for (TimeSpan passed = Step; passed <= TimeSpan.FromSeconds(seconds); passed += Step)
        {
            _clock.Advance(Step);
        }
    }

    private sealed class Probe : IDatabaseProbe
    {
        public int AskedCount { get; private set; }

        public Func<bool> Answer { get; set; } = () => true;

        public Task<bool> AskAsync(CancellationToken cancellationToken)
        {
            AskedCount++;
            return Task.FromResult(Answer());
        }
    }

    private sealed class Lifecycle : ISiloLifecycle, IDisposable
    {
        private ILifecycleObserver? _observer;

        public int HighestCompletedStage => 0;

        public int LowestStoppedStage => 0;

        public Task StartAsync() => _observer!.OnStart(CancellationToken.None);

        public Task StopAsync() => _observer!.OnStop(CancellationToken.None);

        public IDisposable Subscribe(string observerName, int stage, ILifecycleObserver observer)
        {
            _observer = observer;
            return this;
        }

        public void Dispose()
        {
            // Nobody leaves a silo's lifecycle.
        }
    }

    private sealed class Messages : ILogger<DatabaseWatch>
    {
        public int Count { get; private set; }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Count++;
    }
}
