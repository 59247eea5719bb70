using CommandBroker.Storage;
using CommandBroker.Storage.Identity;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace CommandBroker.Grains.Tests;

/// <summary>How often a store is asked whether it takes writes.</summary>
public sealed class StoreProbeTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly AskedDatabase _database = new();
    private readonly StoreProbe _probe;

    public StoreProbeTests() => _probe = new StoreProbe(_database, _clock);

    [Fact]
    public async Task A_thousand_that_want_to_know_cost_one_write()
    {
        for (int number = 0; number < 1_000; number++)
        {
            await _probe.CheckAsync();
        }

        Assert.Equal(1, _database.Asked);
        _clock.Advance(TimeSpan.FromSeconds(1));
        await _probe.CheckAsync();
        Assert.Equal(2, _database.Asked);
    }

    [Fact]
    public async Task A_store_that_stands_still_is_told_after_a_second_and_not_asked_again()
    {
        _database.Answer = new TaskCompletionSource();
        Task first = _probe.CheckAsync();
        await _database.Began.Task;

        _clock.Advance(TimeSpan.FromSeconds(1));

        await Assert.ThrowsAsync<StoreUnavailableException>(() => first);
        await Assert.ThrowsAsync<StoreUnavailableException>(_probe.CheckAsync);
        Assert.Equal(1, _database.Asked);
    }

    private sealed class AskedDatabase : IBrokerDatabase
    {
        private int _asked;

        public int Asked => Volatile.Read(ref _asked);

        public TaskCompletionSource? Answer { get; set; }

        public TaskCompletionSource Began { get; } = new();

        public ICommandStore Commands => null!;

        public ISourceServerStore SourceServers => null!;

        public IIdentityStore Identities => null!;

        public (string Invariant, string ConnectionString)? OrleansConnection => null;

        public Task OpenAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task PingAsync(CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _asked);
            Began.TrySetResult();
            return Answer?.Task.WaitAsync(cancellationToken) ?? Task.CompletedTask;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
