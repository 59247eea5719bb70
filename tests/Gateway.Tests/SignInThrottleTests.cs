using System.Net;
using CommandBroker.Gateway.Iam;
using CommandBroker.Identity.Signatures;
using Xunit;

namespace CommandBroker.Gateway.Tests;

public sealed class SignInThrottleTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 24, 8, 0, 0, TimeSpan.Zero);
    private static readonly ClientAddress Here = ClientAddress.From(IPAddress.Parse("192.0.2.1"));
    private static readonly ClientAddress There = ClientAddress.From(IPAddress.Parse("192.0.2.2"));

    private readonly SignInThrottleOptions _options = new();
    private readonly SignInThrottle _throttle = new(new SignInThrottleOptions());
    private DateTimeOffset _now = Start;

    [Fact]
    public void First_failures_are_free_and_each_further_one_waits_twice_as_long()
    {
        for (int number = 0; number < _options.FreeFailures; number++)
        {
            Assert.True(Begin(user: 1, Here, out _));
        }

        foreach (int seconds in (int[])[1, 2, 4, 8, 16, 30, 30])
        {
            Assert.False(_throttle.TryBegin(1, There, _now, out TimeSpan wait));
            Assert.Equal(TimeSpan.FromSeconds(seconds), wait);
            _now += wait - TimeSpan.FromTicks(1);
            Assert.False(_throttle.TryBegin(1, There, _now, out _));
            _now += TimeSpan.FromTicks(1);
            Assert.True(_throttle.TryBegin(1, There, _now, out _));
            _throttle.Withdraw(2, There);
        }
    }

    [Fact]
    public void Address_that_tries_many_users_waits_up_to_its_own_limit()
    {
        TimeSpan longest = TimeSpan.Zero;
        for (UInt128 user = 0; user < 30; user++)
        {
            if (!Begin(user, Here, out TimeSpan wait))
            {
                longest = wait > longest ? wait : longest;
                _now += wait;
                Assert.True(Begin(user, Here, out _));
            }
        }

        Assert.Equal(_options.MaxAddressDelay, longest);
        Assert.True(Begin(user: 100, There, out _));
    }

    [Fact]
    public void Right_password_clears_the_user_and_gives_the_address_back_one_attempt()
    {
        for (int number = 0; number < _options.FreeFailures - 1; number++)
        {
            Assert.True(Begin(user: 1, Here, out _));
        }

        for (int number = 0; number < 20; number++)
        {
            Assert.True(Begin(user: 2, Here, out _));
            _throttle.Succeed(2, Here);
        }

        Assert.True(Begin(user: 3, Here, out _));
        Assert.False(Begin(user: 4, Here, out _));
    }

    [Fact]
    public void Many_at_one_time_are_no_way_around()
    {
        int begun = 0;
        Parallel.For(0, 200, _ =>
        {
            if (_throttle.TryBegin(1, Here, Start, out TimeSpan _))
            {
                Interlocked.Increment(ref begun);
            }
        });
        Assert.Equal(_options.FreeFailures, begun);
    }

    [Fact]
    public void Failures_are_forgotten_after_a_rest()
    {
        for (int number = 0; number < _options.FreeFailures; number++)
        {
            Begin(user: 1, Here, out _);
        }

        Assert.False(Begin(user: 1, Here, out _));
        _now += _options.ForgetAfter + TimeSpan.FromTicks(1);
        for (int number = 0; number < _options.FreeFailures; number++)
        {
            Assert.True(Begin(user: 1, Here, out _));
        }
    }

    [Fact]
    public void Clock_that_is_set_back_does_not_lengthen_a_wait()
    {
        for (int number = 0; number < _options.FreeFailures; number++)
        {
            Begin(user: 1, Here, out _);
        }

        _now -= TimeSpan.FromDays(1);
        Assert.False(Begin(user: 1, Here, out TimeSpan wait));
        Assert.Equal(TimeSpan.FromSeconds(1), wait);
    }

    [Fact]
    public void Memory_is_bounded()
    {
        var small = new SignInThrottle(new SignInThrottleOptions { MaxCount = 100 });
        for (UInt128 number = 0; number < 10_000; number++)
        {
            small.TryBegin(number, new ClientAddress(number << 64), Start, out _);
            Assert.InRange(small.Count, 1, 200);
        }
    }

    private bool Begin(UInt128 user, ClientAddress address, out TimeSpan wait) => _throttle.TryBegin(user, address, _now, out wait);
}
