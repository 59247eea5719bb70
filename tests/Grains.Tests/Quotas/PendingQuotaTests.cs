using CsCheck;
using Xunit;

namespace CommandBroker.Grains.Tests;

public sealed class PendingQuotaTests
{
    [Fact]
    public void What_is_reserved_or_noted_takes_room_until_it_leaves()
    {
        var quota = new PendingQuota(3);
        Assert.True(quota.TryReserve(2));
        Assert.False(quota.TryReserve(2));
        quota.Note(2);
        quota.Release(2);
        Assert.False(quota.TryReserve(2));
        Assert.True(quota.TryReserve(1));
        quota.Release(1);
        quota.Note(-2);
        Assert.True(quota.TryReserve(3));
    }

    [Fact]
    public void A_count_takes_the_place_of_what_was_noted_before()
    {
        var quota = new PendingQuota(10);
        quota.Note(4);
        quota.BeginCount();
        quota.EndCount(9);

        Assert.False(quota.TryReserve(2));
        Assert.True(quota.TryReserve(1));
    }

    [Fact]
    public void Above_the_limit_only_a_new_count_makes_room()
    {
        var quota = new PendingQuota(10);
        quota.BeginCount();
        quota.EndCount(10);
        quota.Limit = 5;
        quota.Note(-9);
        Assert.False(quota.TryReserve(1));

        quota.BeginCount();
        quota.EndCount(4);
        Assert.True(quota.TryReserve(1));
        Assert.False(quota.TryReserve(1));
    }

    /// <summary>One silo that commits, fails, hands out and counts in any order, each step of each at its own time.</summary>
    [Fact]
    public void One_silo_never_overshoots_its_quota_whatever_a_count_meets()
    {
        Gen.Select(Gen.Int[1, 8], Gen.Select(Gen.Int[0, 6], Gen.Int[1, 4]).Array[1, 60]).Sample((limit, steps) =>
        {
            var silo = new Silo(limit);
            foreach ((int step, int size) in steps)
            {
                silo.Do(step, size);
                if (silo.Stored > limit)
                {
                    return false;
                }
            }

            return silo.FindsItsRoomAgain();
        });
    }

    private sealed class Silo(int limit)
    {
        private readonly PendingQuota _quota = new(limit);
        private readonly Queue<int> _reserved = new();
        private readonly Queue<int> _committed = new();
        private bool _isCounting;
        private long? _snapshot;

        public int Stored { get; private set; }

        public void Do(int step, int size)
        {
            switch (step)
            {
                case 0 when _quota.TryReserve(size):
                    _reserved.Enqueue(size);
                    break;
                case 1 when _reserved.TryDequeue(out int committed):
                    Stored += committed;
                    _committed.Enqueue(committed);
                    break;
                case 2 when _committed.TryDequeue(out int known):
                    _quota.Note(known);
                    _quota.Release(known);
                    break;
                case 3 when _reserved.TryDequeue(out int failed):
                    _quota.Release(failed);
                    break;
                case 4:
                    int left = Math.Min(size, Stored);
                    Stored -= left;
                    _quota.Note(-left);
                    break;
                case 5 when !_isCounting:
                    _isCounting = true;
                    _snapshot = null;
                    _quota.BeginCount();
                    break;
                case 5 when _snapshot is null:
                    _snapshot = Math.Min(Stored, limit + 1);
                    break;
                case 6 when _snapshot is { } counted:
                    _quota.EndCount(counted);
                    (_isCounting, _snapshot) = (false, null);
                    break;
            }
        }

        public bool FindsItsRoomAgain()
        {
            while (_reserved.Count + _committed.Count > 0)
            {
                Do(1, 0);
                Do(2, 0);
            }

            _quota.BeginCount();
            _quota.EndCount(Stored);
            return (Stored == limit || _quota.TryReserve(limit - Stored)) && !_quota.TryReserve(1);
        }
    }
}
