using CommandBroker.Gateway.Identity;
using Xunit;

namespace CommandBroker.Gateway.Tests;

public sealed class RequestBudgetTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 24, 8, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(10_000)]
    public void One_second_has_room_for_its_requests_and_no_more(int perSecond)
    {
        var budget = new RequestBudget(perSecond);
        Assert.Equal(perSecond, Take(budget, Start, perSecond + 5));
        Assert.False(budget.TryTake(Start, out TimeSpan wait));
        Assert.InRange(wait, TimeSpan.FromTicks(1), TimeSpan.FromSeconds(1.0 / perSecond));
        Assert.True(budget.TryTake(Start + wait, out _));
    }

    [Fact]
    public void Over_a_long_time_it_lets_through_what_it_should()
    {
        var budget = new RequestBudget(50);
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
        var budget = new RequestBudget(5);
        Assert.Equal(5, Take(budget, Start.AddHours(1), 20));
    }

    [Fact]
    public void Clock_that_is_set_back_does_not_lock_out()
    {
        var budget = new RequestBudget(5);
        Take(budget, Start, 5);
        Assert.True(budget.TryTake(Start.AddHours(-1), out _));
    }

    [Fact]
    public void Callers_at_one_time_never_take_more_than_there_is()
    {
        var budget = new RequestBudget(1_000);
        int taken = 0;
        Parallel.For(0, 8, _ => Interlocked.Add(ref taken, Take(budget, Start, 500)));
        Assert.Equal(1_000, taken);
    }

    private static int Take(RequestBudget budget, DateTimeOffset now, int tries) => Enumerable.Range(0, tries).Count(_ => budget.TryTake(now, out TimeSpan _));
}
