using CommandBroker.Silo.Clustering.Reach;
using Xunit;

namespace CommandBroker.Silo.Tests.Reach;

/// <summary>What a silo makes of the answers it has had from the database.</summary>
public sealed class DatabaseReachTests
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1.5);

    [Fact]
    public void Answers_all_the_time_leave_no_silence()
    {
        DatabaseReach reach = Read(DatabaseReach.Begin(At(0)), from: 0.5, to: 10, heardAt: now => now - 0.4);

        Assert.Equal(At(0.4), reach.Silence);
        Assert.Equal(At(10), reach.AnsweredFor);
    }

    [Fact]
    public void Silence_grows_from_the_last_answer()
    {
        DatabaseReach reach = Read(DatabaseReach.Begin(At(0)), from: 0.5, to: 10, heardAt: now => Math.Min(now, 6));

        Assert.Equal(At(4), reach.Silence);
        Assert.Equal(TimeSpan.Zero, reach.AnsweredFor);
    }

    [Fact]
    public void A_pause_within_the_limit_does_not_break_the_answers()
    {
        DatabaseReach reach = Read(DatabaseReach.Begin(At(0)), from: 0.5, to: 5, heardAt: now => now is > 2 and < 3.5 ? 2 : now);

        Assert.Equal(At(5), reach.AnsweredFor);
    }

    [Fact]
    public void After_an_outage_the_answers_count_from_its_end()
    {
        DatabaseReach reach = Read(DatabaseReach.Begin(At(0)), from: 0.5, to: 9, heardAt: now => now is > 1 and < 7 ? 1 : now);

        Assert.Equal(TimeSpan.Zero, reach.Silence);
        Assert.Equal(At(2.5), reach.AnsweredFor);
    }

    [Fact]
    public void A_silo_that_stood_still_has_not_waited_meanwhile()
    {
        DatabaseReach reach = Read(DatabaseReach.Begin(At(0)), from: 0.5, to: 2, heardAt: now => now);

        DatabaseReach awake = reach.At(At(32), heardAt: At(2), Pause);

        Assert.Equal(TimeSpan.Zero, awake.Silence);
        Assert.Equal(TimeSpan.Zero, awake.AnsweredFor);
        Assert.Equal(At(0.5), awake.At(At(32.5), heardAt: At(2), Pause).Silence);
    }

    private static DatabaseReach Read(DatabaseReach reach, double from, double to, Func<double, double> heardAt)
    {
        for (double now = from; now <= to; now += 0.5)
        {
            reach = reach.At(At(now), At(heardAt(now)), Pause);
        }

        return reach;
    }

    private static TimeSpan At(double seconds) => TimeSpan.FromSeconds(seconds);
}
