using System.Globalization;
using System.Net;
using CommandBroker.Identity.Signatures;

namespace CommandBroker.Identity.Tests.Signatures;

public sealed class KeyLockTests
{
    private static readonly DateTimeOffset Now = TestRequest.SignedAt;
    private static readonly ClientAddress Attacker = ClientAddress.From(IPAddress.Parse("198.51.100.7"));
    private static readonly ClientAddress Agent = ClientAddress.From(IPAddress.Parse("203.0.113.9"));

    private readonly KeyLock _locks = new(new KeyLockOptions());

    [Fact]
    public void Five_failures_in_a_row_lock_for_five_minutes()
    {
        Assert.Equal([false, false, false, false, true], Fail("AK", Agent, 5));

        Assert.True(_locks.IsLocked("AK", Agent, Now, out TimeSpan remaining));
        Assert.Equal(TimeSpan.FromMinutes(5), remaining);
        Assert.True(_locks.IsLocked("AK", Agent, Now.AddMinutes(5).AddTicks(-1), out remaining));
        Assert.Equal(TimeSpan.FromTicks(1), remaining);
        Assert.False(_locks.IsLocked("AK", Agent, Now.AddMinutes(5), out remaining));
        Assert.Equal(TimeSpan.Zero, remaining);
    }

    [Fact]
    public void Four_failures_do_not_lock()
    {
        Fail("AK", Agent, 4);

        Assert.False(_locks.IsLocked("AK", Agent, Now, out _));
    }

    [Fact]
    public void A_success_begins_a_new_row()
    {
        Fail("AK", Agent, 4);
        _locks.NoteSuccess("AK", Agent);

        Assert.Equal([false, false, false, false, true], Fail("AK", Agent, 5));
    }

    [Fact]
    public void After_a_lock_it_takes_five_failures_again()
    {
        Fail("AK", Agent, 5);

        Assert.Equal([false, false, false, false, true], Fail("AK", Agent, 5, Now.AddMinutes(5)));
    }

    [Fact]
    public void Failures_while_locked_do_not_prolong_the_lock()
    {
        Fail("AK", Agent, 5);
        Fail("AK", Agent, 50, Now.AddMinutes(4));

        Assert.False(_locks.IsLocked("AK", Agent, Now.AddMinutes(5), out _));
    }

    [Fact]
    public void Who_knows_only_the_access_key_locks_nobody_but_himself()
    {
        Fail("AK", Attacker, 1_000);

        Assert.True(_locks.IsLocked("AK", Attacker, Now, out _));
        Assert.False(_locks.IsLocked("AK", Agent, Now, out _));
        Assert.False(_locks.IsLocked("AK2", Attacker, Now, out _));
    }

    [Fact]
    public void An_attacker_with_many_addresses_locks_each_of_them_and_no_other()
    {
        for (int i = 0; i < 1_000; i++)
        {
            Fail("AK", ClientAddress.From(new IPAddress([198, 51, (byte)(i / 256), (byte)i])), 5);
        }

        Assert.False(_locks.IsLocked("AK", Agent, Now, out _));
        Assert.Equal(1_000, _locks.Count);
    }

    [Fact]
    public void Memory_is_bounded_and_the_pair_longest_without_a_failure_is_forgotten()
    {
        var locks = new KeyLock(new KeyLockOptions { MaxPairCount = 3 });
        void Fail(string key) => locks.NoteFailure(key, Agent, Now);
        for (int i = 0; i < 5; i++)
        {
            Fail("locked");
        }

        Fail("b");
        Fail("c");
        Assert.Equal(3, locks.Count);
        Fail("d");

        Assert.Equal(3, locks.Count);
        Assert.False(locks.IsLocked("locked", Agent, Now, out _));
    }

    [Fact]
    public void Nothing_is_remembered_of_who_never_fails()
    {
        _locks.NoteSuccess("AK", Agent);
        Assert.Equal(0, _locks.Count);
        Fail("AK", Agent, 5);
        _locks.IsLocked("AK", Agent, Now.AddMinutes(5), out _);
        Assert.Equal(0, _locks.Count);
    }

    [Fact]
    public void The_numbers_are_settings()
    {
        var locks = new KeyLock(new KeyLockOptions { MaxFailureCount = 1, LockTimeout = TimeSpan.FromSeconds(1) });

        Assert.True(locks.NoteFailure("AK", Agent, Now));
        Assert.True(locks.IsLocked("AK", Agent, Now.AddMilliseconds(999), out _));
        Assert.False(locks.IsLocked("AK", Agent, Now.AddSeconds(1), out _));
    }

    [Theory]
    [InlineData("198.51.100.7", "::ffff:198.51.100.7", true)]
    [InlineData("198.51.100.7", "198.51.100.8", false)]
    [InlineData("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", true)]
    [InlineData("2001:db8:0:1::1", "2001:db8:0:2::1", false)]
    public void Addresses_that_one_client_surely_has_are_one(string one, string other, bool areSame) =>
        Assert.Equal(areSame, ClientAddress.From(IPAddress.Parse(one)) == ClientAddress.From(IPAddress.Parse(other)));

    [Fact]
    public void Failures_of_many_threads_are_all_counted()
    {
        var locks = new KeyLock(new KeyLockOptions { MaxFailureCount = 1_000 });
        int lockedCount = 0;
        Parallel.For(0, 4_000, i =>
        {
            string key = (i % 4).ToString(CultureInfo.InvariantCulture);
            if (locks.NoteFailure(key, Agent, Now))
            {
                Interlocked.Increment(ref lockedCount);
            }
        });

        Assert.Equal(4, lockedCount);
    }

    private bool[] Fail(string key, ClientAddress address, int count, DateTimeOffset? now = null) =>
        [.. Enumerable.Range(0, count).Select(_ => _locks.NoteFailure(key, address, now ?? Now))];
}
