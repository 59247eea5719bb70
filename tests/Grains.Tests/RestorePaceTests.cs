using CommandBroker.Contracts;
using Xunit;

namespace CommandBroker.Grains.Tests;

/// <summary>How often the sweep looks for source servers that were deleted behind an enqueue.</summary>
public sealed class RestorePaceTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Deletions_are_looked_at_once_a_minute_also_while_a_row_cannot_be_read(bool isUnreadable)
    {
        var cluster = new BrokerCluster { SweepInterval = TimeSpan.FromSeconds(1) };
        await cluster.InitializeAsync();
        try
        {
            cluster.Database.RestoresInPart = isUnreadable;
            for (int step = 0; step <= 6; step++)
            {
                await cluster.Sweep.StepAsync();
                cluster.Clock.Advance(TimeSpan.FromSeconds(10));
            }

            Assert.Equal(2, cluster.Database.Restores.Count);

            // What could not be read is looked for again.
            TimeSpan later = cluster.Database.Restores[1] - cluster.Database.Restores[0];
            Assert.Equal(isUnreadable, later == TimeSpan.Zero);
        }
        finally
        {
            await cluster.DisposeAsync();
        }
    }
}
