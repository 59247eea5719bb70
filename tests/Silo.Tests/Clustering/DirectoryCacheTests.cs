using System.Net;
using CommandBroker.Silo.Clustering;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Orleans.Configuration;
using Orleans.Runtime;
using Orleans.Runtime.GrainDirectory;
using Xunit;

namespace CommandBroker.Silo.Tests.Clustering;

/// <summary>What a silo remembers of where activations live.</summary>
public sealed class DirectoryCacheTests
{
    private const int MaxCount = 100;
    private static readonly SiloAddress Here = SiloAddress.New(IPAddress.Loopback, 1, 1);
    private static readonly SiloAddress There = SiloAddress.New(IPAddress.Loopback, 2, 1);
    private static readonly TimeSpan MaxAge = new GrainDirectoryOptions().MaximumCacheTTL;

    private readonly FakeTimeProvider _clock = new();
    private readonly DirectoryCache _cache;

    public DirectoryCacheTests() => _cache = OfSize(MaxCount, _clock);

    [Fact]
    public void What_was_said_last_of_a_grain_counts()
    {
        _cache.AddOrUpdate(AddressOf(1, Here), 7);
        _cache.AddOrUpdate(AddressOf(1, There), 8);

        Assert.True(_cache.LookUp(IdOf(1), out GrainAddress? found, out _));
        Assert.Equal(There, found.SiloAddress);
        Assert.False(_cache.LookUp(IdOf(2), out GrainAddress? none, out _));
        Assert.Null(none);
        Assert.Single(_cache.KeyValues);
    }

    [Fact]
    public void What_was_said_last_of_a_grain_counts_also_when_it_had_grown_old()
    {
        _cache.AddOrUpdate(AddressOf(1, Here), 7);
        Fill(1_000, MaxCount / 2);
        _cache.AddOrUpdate(AddressOf(1, There), 8);
        Assert.True(_cache.LookUp(IdOf(1), out GrainAddress? found, out _));
        Assert.Equal(There, found.SiloAddress);
        Assert.True(_cache.Remove(IdOf(1)));

        Assert.False(_cache.LookUp(IdOf(1), out _, out _));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_address_is_removed_where_its_silo_is_the_one_that_is_known(bool old)
    {
        _cache.AddOrUpdate(AddressOf(1, Here), 1);
        if (old)
        {
            Fill(1_000, MaxCount / 2);
        }

        Assert.False(_cache.Remove(AddressOf(1, There)));
        Assert.True(_cache.Remove(AddressOf(1, Here)));
        Assert.False(_cache.LookUp(IdOf(1), out _, out _));
        Assert.False(_cache.Remove(IdOf(1)));
    }

    [Fact]
    public void It_holds_no_more_than_its_size_and_forgets_first_what_nobody_asked_for()
    {
        _cache.AddOrUpdate(AddressOf(1, Here), 1);
        _cache.AddOrUpdate(AddressOf(2, Here), 1);
        for (int number = 0; number < 20 * MaxCount; number++)
        {
            Fill(1_000 + number, 1);
            Assert.True(_cache.LookUp(IdOf(1), out _, out _));
            Assert.InRange(_cache.KeyValues.Count(), 1, MaxCount);
        }

        Assert.False(_cache.LookUp(IdOf(2), out _, out _));
    }

    [Fact]
    public void It_holds_half_of_its_size_whatever_is_asked_for()
    {
        Fill(0, 20 * MaxCount);

        Assert.All(Enumerable.Range(20 * MaxCount - MaxCount / 2, MaxCount / 2), number => Assert.True(_cache.LookUp(IdOf(number), out _, out _)));
    }

    [Fact]
    public void What_nobody_asked_for_is_forgotten_by_age_and_what_is_used_is_not()
    {
        _cache.AddOrUpdate(AddressOf(1, Here), 1);
        _cache.AddOrUpdate(AddressOf(2, Here), 1);
        for (int turn = 0; turn < 3; turn++)
        {
            _clock.Advance(MaxAge);
            Assert.True(_cache.LookUp(IdOf(1), out _, out _));
        }

        Assert.False(_cache.LookUp(IdOf(2), out _, out _));
    }

    [Fact]
    public void After_a_long_time_without_a_question_nothing_is_known()
    {
        _cache.AddOrUpdate(AddressOf(1, Here), 1);
        _clock.Advance(2 * MaxAge);

        Assert.False(_cache.LookUp(IdOf(1), out _, out _));
    }

    [Fact]
    public void Nothing_is_left_when_it_is_cleared()
    {
        Fill(0, MaxCount);
        _cache.Clear();

        Assert.Empty(_cache.KeyValues);
    }

    [Fact]
    public void What_is_removed_while_somebody_uses_it_does_not_live_on()
    {
        const int Rounds = 30_000;
        DirectoryCache cache = OfSize(4, TimeProvider.System);
        int turn = 0;
        var user = new Thread(() =>
        {
            for (int round = 1; round <= Rounds; round++)
            {
                SpinUntil(ref turn, 2 * round - 1);
                Thread.SpinWait(round % 40);
                cache.LookUp(IdOf(1), out _, out _);
                Interlocked.Increment(ref turn);
            }
        })
        {
            IsBackground = true,
        };
        user.Start();
        int alive = 0;
        for (int round = 1; round <= Rounds; round++)
        {
            // Two fill a half: whoever calls next turns the generations, here or in the middle of the race.
            cache.Clear();
            cache.AddOrUpdate(AddressOf(1, Here), 1);
            cache.AddOrUpdate(AddressOf(2, Here), 1);
            if (round % 2 == 0)
            {
                cache.LookUp(IdOf(3), out _, out _);
            }

            Interlocked.Increment(ref turn);
            Thread.SpinWait(20);
            cache.Remove(IdOf(1));
            SpinUntil(ref turn, 2 * round);
            alive += cache.LookUp(IdOf(1), out _, out _) ? 1 : 0;
        }

        user.Join();
        Assert.Equal(0, alive);
    }

    /// <summary>Two threads that meet this way are less apart than what they do takes; a barrier would wake one of them much later.</summary>
    private static void SpinUntil(ref int turn, int wanted)
    {
        var spin = default(SpinWait);
        while (Volatile.Read(ref turn) < wanted)
        {
            spin.SpinOnce(sleep1Threshold: -1);
        }
    }

    private static DirectoryCache OfSize(int maxCount, TimeProvider clock) => new(Options.Create(new GrainDirectoryOptions { CacheSize = maxCount }), clock);

    private static GrainId IdOf(int number) => GrainId.Create("grain", $"{number}");

    private static GrainAddress AddressOf(int number, SiloAddress silo) => new() { GrainId = IdOf(number), SiloAddress = silo, ActivationId = ActivationId.NewId() };

    private void Fill(int from, int count)
    {
        for (int number = from; number < from + count; number++)
        {
            _cache.AddOrUpdate(AddressOf(number, Here), 1);
        }
    }
}
