using CommandBroker.Core;
using CommandBroker.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace CommandBroker.Grains.Tests;

/// <summary>Work that nobody waits for: whatever goes wrong in it, the broker that hosts it goes on.</summary>
public sealed class BackgroundWorkTests
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task A_purge_that_fails_is_tried_again_after_the_interval()
    {
        (ICommandStore commands, BrokenStore control) = BrokenStore.Make<ICommandStore>();
        using var service = new RetentionService(
            new Database { Commands = commands }, Options.Create(new QueueOptions()), _clock, NullLogger<RetentionService>.Instance);

        await AssertIsTriedAgainAsync(service, control, new QueueOptions().PurgeInterval);
    }

    [Fact]
    public async Task A_flush_of_visits_that_fails_is_tried_again_after_the_interval()
    {
        (ISourceServerStore sources, BrokenStore control) = BrokenStore.Make<ISourceServerStore>();
        var visits = new VisitRecorder();
        using var service = new VisitFlushService(
            new Database { SourceServers = sources }, visits, Options.Create(new SourceOptions()), _clock, NullLogger<VisitFlushService>.Instance);

        await AssertIsTriedAgainAsync(
            service, control, new SourceOptions().VisitFlushInterval, () => visits.Record(SourceServerKey.Parse("s-1"), _clock.GetUtcNow()));
    }

    private async Task AssertIsTriedAgainAsync(BackgroundService service, BrokenStore control, TimeSpan interval, Action? arrange = null)
    {
        await service.StartAsync(CancellationToken.None);
        for (int attempt = 1; attempt <= 3; attempt++)
        {
            arrange?.Invoke();
            do
            {
                // Again and again: the service makes its timer on a thread of its own.
                Assert.False(service.ExecuteTask!.IsFaulted, service.ExecuteTask.Exception?.ToString());
                _clock.Advance(interval);
            }
            while (!await control.WasCalledAsync());
        }

        await service.StopAsync(CancellationToken.None);
        Assert.True(service.ExecuteTask!.IsCompletedSuccessfully);
    }

    private sealed class Database : IBrokerDatabase
    {
        public ICommandStore Commands { get; init; } = null!;

        public ISourceServerStore SourceServers { get; init; } = null!;

        public CommandBroker.Storage.Identity.IIdentityStore Identities => null!;

        public (string Invariant, string ConnectionString)? OrleansConnection => null;

        public Task OpenAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task PingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
