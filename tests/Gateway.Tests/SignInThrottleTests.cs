using System.Net;
using CommandBroker.Gateway.Iam;
using CommandBroker.Gateway.Identity;
using CommandBroker.Identity.Signatures;
using Microsoft.Extensions.Options;
using Xunit;

namespace CommandBroker.Gateway.Tests;

public sealed class SignInThrottleTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 24, 8, 0, 0, TimeSpan.Zero);
    private static readonly ClientAddress Here = ClientAddress.From(IPAddress.Parse("192.0.2.1"));
    private static readonly ClientAddress There = ClientAddress.From(IPAddress.Parse("192.0.2.2"));

    private readonly AdmissionOptions _options = new();
    private readonly SignInThrottle _throttle;
    private DateTimeOffset _now = Start;

    public SignInThrottleTests() => _throttle = new SignInThrottle(Options.Create(_options));

    [Fact]
    public void First_failures_are_free_and_each_further_one_waits_one_interval()
    {
        for (int number = 0; number < _options.SignInFreeFailures; number++)
        {
            Assert.True(Fail(user: 1, Here, out _));
        }

        for (int number = 0; number < 5; number++)
        {
            Assert.False(Fail(user: 1, new ClientAddress((UInt128)(number + 100) << 64), out TimeSpan wait));
            Assert.Equal(_options.SignInMaxUserDelay, wait);
            var there = new ClientAddress((UInt128)(number + 200) << 64);
            _now += wait - TimeSpan.FromTicks(1);
            Assert.False(Fail(user: 1, there, out _));
            _now += TimeSpan.FromTicks(1);
            Assert.True(Fail(user: 1, there, out _));
        }
    }

    [Fact]
    public void Address_that_tries_many_users_waits_for_its_own_interval_and_others_do_not()
    {
        int begun = 0;
        for (UInt128 user = 0; user < 30; user++)
        {
            begun += Fail(user, Here, out _) ? 1 : 0;
        }

        Assert.Equal(_options.SignInFreeFailures, begun);
        Assert.False(Fail(user: 100, Here, out TimeSpan wait));
        Assert.Equal(_options.SignInMaxAddressDelay, wait);
        Assert.True(Fail(user: 101, There, out _));
    }

    [Fact]
    public void Address_that_goes_on_about_a_user_waits_for_two_intervals_at_most_and_gets_as_many_attempts()
    {
        int guesses = 0;
        for (int second = 0; second < 3_600; second++)
        {
            guesses += Fail(user: 1, Here, out TimeSpan wait) ? 1 : 0;
            Assert.InRange(wait, TimeSpan.Zero, 2 * _options.SignInMaxUserDelay);
            _now += TimeSpan.FromSeconds(1);
        }

        Assert.InRange(guesses, 115, _options.SignInFreeFailures + 120);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void User_signs_in_elsewhere_within_two_intervals_however_fast_one_address_guesses(int freeFailures)
    {
        _options.SignInFreeFailures = freeFailures;
        for (int number = 0; number < 10; number++)
        {
            _now += TimeSpan.FromMinutes(10) + TimeSpan.FromSeconds(number);
            while (Fail(user: 1, Here, out _))
            {
            }

            var there = new ClientAddress((UInt128)(number + 200) << 64);
            DateTimeOffset began = _now;
            SignInAttempt? attempt;
            while ((attempt = Begin(user: 1, there, out TimeSpan wait)) is null)
            {
                _now += wait;
                Fail(user: 1, Here, out _);
            }

            Assert.InRange(_now - began, TimeSpan.FromTicks(1), 2 * _options.SignInMaxUserDelay);
            _throttle.Succeed(attempt);
        }
    }

    [Fact]
    public void Attempt_that_its_users_count_refuses_costs_its_address()
    {
        while (Fail(user: 1, Here, out _))
        {
        }

        int refused = 0;
        while (_throttle.TryBegin(1, There, _now, out SignInAttempt? attempt, out _))
        {
            Assert.False(_throttle.TryCount(attempt, 1, _now, out _));
            Assert.InRange(++refused, 1, _options.SignInFreeFailures);
        }

        Assert.False(Fail(user: 2, There, out _));
    }

    [Fact]
    public void Failures_over_a_day_do_not_add_up()
    {
        for (int number = 0; number < 100; number++)
        {
            Assert.True(Fail(user: 1, Here, out _));
            _now += TimeSpan.FromMinutes(1);
        }

        for (UInt128 user = 2; user < 6; user++)
        {
            Assert.True(Fail(user, Here, out _));
        }
    }

    [Fact]
    public void Right_password_clears_the_user_and_gives_the_address_back_one_attempt()
    {
        for (int number = 0; number < _options.SignInFreeFailures - 1; number++)
        {
            Assert.True(Fail(user: 1, Here, out _));
        }

        for (UInt128 number = 0; number < 20; number++)
        {
            _throttle.Succeed(Begin(user: 200 + number, Here, out _)!);
        }

        Assert.True(Fail(user: 3, Here, out _));
        Assert.False(Fail(user: 4, Here, out _));
    }

    [Fact]
    public void Attempt_of_which_nothing_was_found_out_does_not_count()
    {
        for (int number = 0; number < 20; number++)
        {
            _throttle.Withdraw(Begin(user: 1, Here, out _)!);
        }

        Assert.True(Fail(user: 1, Here, out _));
    }

    [Fact]
    public void Many_at_one_time_are_no_way_around()
    {
        int begun = 0;
        Parallel.For(0, 200, _ =>
        {
            if (_throttle.TryBegin(1, Here, Start, out SignInAttempt? _, out TimeSpan _))
            {
                Interlocked.Increment(ref begun);
            }
        });
        Assert.Equal(_options.SignInFreeFailures, begun);
    }

    [Fact]
    public void Clock_that_is_set_back_does_not_lock_out()
    {
        for (int number = 0; number < _options.SignInFreeFailures; number++)
        {
            Fail(user: 1, Here, out _);
        }

        _now -= TimeSpan.FromDays(1);
        Assert.True(Fail(user: 1, Here, out _));
    }

    [Fact]
    public void Memory_is_bounded()
    {
        for (UInt128 number = 0; number < 52_000; number++)
        {
            Fail(number, new ClientAddress(number << 64), out _);
        }

        Assert.InRange(_throttle.Count, 1, 100_000);
    }

    private bool Fail(UInt128 user, ClientAddress address, out TimeSpan wait) => Begin(user, address, out wait) is not null;

    private SignInAttempt? Begin(UInt128 user, ClientAddress address, out TimeSpan wait)
    {
        if (!_throttle.TryBegin(user, address, _now, out SignInAttempt? attempt, out wait) || attempt.IsKnown || _throttle.TryCount(attempt, user, _now, out wait))
        {
            return attempt;
        }

        return null;
    }
}
