using System.Net;
using CommandBroker.Gateway.Identity;
using CommandBroker.Identity.Signatures;
using Microsoft.Extensions.Options;
using Xunit;

namespace CommandBroker.Gateway.Tests;

public sealed class TokenThrottleTests
{
    private static readonly ClientAddress Here = ClientAddress.From(IPAddress.Parse("192.0.2.1"));
    private static readonly ClientAddress Elsewhere = ClientAddress.From(IPAddress.Parse("192.0.2.2"));
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch.AddYears(50);

    private readonly TokenThrottle _throttle = new(Options.Create(new AdmissionOptions { MaxTokenFailuresPerMinute = 60 }));

    [Fact]
    public void Address_waits_after_a_minutes_worth_of_failures_and_others_do_not()
    {
        Fail(59);
        Assert.False(_throttle.MustWait(Here, Start, out _));
        Fail(1);
        Assert.True(_throttle.MustWait(Here, Start, out TimeSpan wait));
        Assert.Equal(TimeSpan.FromSeconds(1), wait);
        Assert.False(_throttle.MustWait(Elsewhere, Start, out _));
        Assert.True(_throttle.MustWait(Here, Start.AddMilliseconds(999), out _));
        Assert.False(_throttle.MustWait(Here, Start.AddSeconds(1), out _));
    }

    [Fact]
    public void Failures_that_were_under_way_together_do_not_prolong_the_wait()
    {
        Fail(1_000);
        Assert.True(_throttle.MustWait(Here, Start, out TimeSpan wait));
        Assert.Equal(TimeSpan.FromSeconds(1), wait);
    }

    [Fact]
    public void Budget_is_whole_again_after_a_minute()
    {
        Fail(60);
        DateTimeOffset later = Start.AddMinutes(1);
        for (int number = 0; number < 60; number++)
        {
            Assert.False(_throttle.MustWait(Here, later, out _));
            _throttle.NoteFailure(Here, later);
        }

        Assert.True(_throttle.MustWait(Here, later, out _));
    }

    [Fact]
    public void Clock_that_is_set_back_locks_nobody_out()
    {
        Fail(60);
        Assert.False(_throttle.MustWait(Here, Start.AddHours(-1), out _));
    }

    [Fact]
    public void Memory_is_bounded()
    {
        for (uint number = 0; number < 52_000; number++)
        {
            _throttle.NoteFailure(new ClientAddress(number), Start);
        }

        Assert.InRange(_throttle.Count, 1, 50_000);
    }

    private void Fail(int count)
    {
        for (int number = 0; number < count; number++)
        {
            _throttle.NoteFailure(Here, Start);
        }
    }
}
