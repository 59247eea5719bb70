using CommandBroker.Gateway.Identity;
using Xunit;

namespace CommandBroker.Gateway.Tests;

public sealed class RefillingBucketTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 24, 8, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(10_000)]
    public void One_second_has_room_for_its_requests_and_no_more(int perSecond)
    {
        var budget = new RefillingBucket(perSecond, TimeSpan.FromSeconds(1) / perSecond);
        Assert.Equal(perSecond, Take(budget, Start, perSecond + 5));
        Assert.False(budget.TryTake(Start, out TimeSpan wait));
        Assert.InRange(wait, TimeSpan.FromTicks(1), TimeSpan.FromSeconds(1.0 / perSecond));
        Assert.True(budget.TryTake(Start + wait, out _));
    }

    [Fact]
    public void Over_a_long_time_it_lets_through_what_it_should()
    {
        var budget = new RefillingBucket(50, TimeSpan.FromMilliseconds(20));
        int taken = 0;
        for (int milliseconds = 0; milliseconds < 20_000; milliseconds++)
        {
            taken += Take(budget, Start.AddMilliseconds(milliseconds), 1);
        }

        Assert.InRange(taken, 20 * 50, (21 * 50) + 1);
    }

    [Fact]
    public void Rest_does_not_save_up_more_than_a_second()
    {
        var budget = new RefillingBucket(5, TimeSpan.FromMilliseconds(200));
        Assert.Equal(5, Take(budget, Start.AddHours(1), 20));
    }

    [Fact]
    public void Clock_that_is_set_back_does_not_lock_out()
    {
        var budget = new RefillingBucket(5, TimeSpan.FromMilliseconds(200));
        Take(budget, Start, 5);
        Assert.True(budget.TryTake(Start.AddHours(-1), out _));
    }

    [Fact]
    public void Callers_at_one_time_never_take_more_than_there_is()
    {
        var budget = new RefillingBucket(1_000, TimeSpan.FromMilliseconds(1));
        int taken = 0;
        Parallel.For(0, 8, _ => Interlocked.Add(ref taken, Take(budget, Start, 500)));
        Assert.Equal(1_000, taken);
    }

    [Fact]
    public void What_is_given_back_can_be_taken_again_and_what_was_taken_beyond_does_not_prolong_the_wait()
    {
        var bucket = new RefillingBucket(2, TimeSpan.FromSeconds(10));
        Assert.Equal(2, Take(bucket, Start, 5));
        bucket.GiveBack();
        Assert.Equal(1, Take(bucket, Start, 5));
        for (int number = 0; number < 100; number++)
        {
            bucket.Take(Start);
        }

        Assert.Equal(TimeSpan.FromSeconds(10), bucket.WaitOf(Start));
        Assert.Equal(1, Take(bucket, Start.AddSeconds(10), 5));
        Assert.Equal(2, Take(bucket, Start.AddMinutes(1), 5));
    }

    private static int Take(RefillingBucket budget, DateTimeOffset now, int tries) => Enumerable.Range(0, tries).Count(_ => budget.TryTake(now, out TimeSpan _));
}
