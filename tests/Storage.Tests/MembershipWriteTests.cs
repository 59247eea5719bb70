using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace CommandBroker.Storage.Tests;

/// <summary>A silo's word that it lives is written as soon as the database takes it.</summary>
public sealed class MembershipWriteTests
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(2);

    private readonly FakeTimeProvider _clock = new();
    private readonly List<Exception> _told = [];
    private int _attempts;

    [Fact]
    public async Task Write_that_succeeds_is_made_once_and_nothing_is_told()
    {
        await WriteAsync(failures: 0, CancellationToken.None);

        Assert.Equal(1, _attempts);
        Assert.Empty(_told);
    }

    [Fact]
    public async Task Write_that_fails_is_tried_again_after_the_same_short_pause_however_often_it_failed()
    {
        Task writing = WriteAsync(failures: 40, CancellationToken.None);
        for (int pause = 1; pause <= 40; pause++)
        {
            Assert.Equal(pause, _attempts);
            _clock.Advance(LongestPause);
        }

        await writing;
        Assert.Equal(41, _attempts);
    }

    [Fact]
    public async Task Failure_is_told_once_with_its_cause()
    {
        Task writing = WriteAsync(failures: 3, CancellationToken.None);
        for (int pause = 1; pause <= 3; pause++)
        {
            _clock.Advance(LongestPause);
        }

        await writing;
        Assert.Equal("attempt 1", Assert.Single(_told).Message);
    }

    [Fact]
    public async Task Write_that_still_fails_ends_when_the_silo_stops()
    {
        using var stopping = new CancellationTokenSource();
        Task writing = WriteAsync(failures: int.MaxValue, stopping.Token);

        await stopping.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writing);
        Assert.Equal(1, _attempts);
    }

    [Fact]
    public async Task Write_that_never_ends_is_called_off_and_followed_by_another()
    {
        var attempts = new List<CancellationToken>();
        Task writing = MembershipWrite.UntilWrittenAsync(
            attempt =>
            {
                attempts.Add(attempt);
                return attempts.Count < 3 ? new TaskCompletionSource().Task : Task.CompletedTask;
            },
            _told.Add,
            _clock,
            CancellationToken.None);

        for (int attempt = 1; attempt <= 2; attempt++)
        {
            Assert.Equal(attempt, attempts.Count);
            _clock.Advance(AttemptTimeout - TimeSpan.FromMilliseconds(1));
            Assert.False(attempts[^1].IsCancellationRequested);
            _clock.Advance(TimeSpan.FromMilliseconds(1));
            Assert.True(attempts[^1].IsCancellationRequested);
            _clock.Advance(LongestPause);
        }

        await writing;
        Assert.Equal(3, attempts.Count);
        Assert.IsType<TimeoutException>(Assert.Single(_told));
    }

    [Fact]
    public async Task Silo_that_stops_still_writes_but_no_more_than_once()
    {
        await WriteAsync(failures: 0, new CancellationToken(canceled: true));
        Assert.Equal(1, _attempts);

        await Assert.ThrowsAsync<IOException>(() => WriteAsync(failures: int.MaxValue, new CancellationToken(canceled: true)));
        Assert.Equal(2, _attempts);
        Assert.Empty(_told);
    }

    private Task WriteAsync(int failures, CancellationToken cancellationToken) => MembershipWrite.UntilWrittenAsync(
        _ => ++_attempts > failures ? Task.CompletedTask : Task.FromException(new IOException($"attempt {_attempts}")),
        _told.Add,
        _clock,
        cancellationToken);
}
