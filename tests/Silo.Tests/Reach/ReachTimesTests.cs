using System.ComponentModel.DataAnnotations;
using CommandBroker.Silo.Clustering;
using CommandBroker.Silo.Clustering.Reach;
using Xunit;

namespace CommandBroker.Silo.Tests.Reach;

/// <summary>The times that follow from <c>Cluster:DatabaseSilenceTimeout</c>.</summary>
public sealed class ReachTimesTests
{
    private const double Day = 86_400;

    [Theory]
    [InlineData(1, true)]
    [InlineData(Day, true)]
    [InlineData(0.999, false)]
    [InlineData(Day + 0.001, false)]
    public void It_may_be_set_from_a_second_to_a_day(double seconds, bool isAllowed)
    {
        var options = new ClusteringOptions { DatabaseSilenceTimeout = TimeSpan.FromSeconds(seconds) };

        Assert.Equal(isAllowed, Validator.TryValidateObject(options, new ValidationContext(options), validationResults: null, validateAllProperties: true));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(6)]
    [InlineData(Day)]
    public void A_silo_that_waits_for_others_does_not_seem_to_have_stood_still(double seconds)
    {
        var times = new ReachTimes(TimeSpan.FromSeconds(seconds));

        Assert.True(times.PeerTimeout + times.ReadingInterval < times.LongestPause);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(Day)]
    public void One_lost_answer_is_no_pause(double seconds)
    {
        var times = new ReachTimes(TimeSpan.FromSeconds(seconds));

        Assert.True(2 * times.ProbeInterval < times.LongestPause);
    }
}
