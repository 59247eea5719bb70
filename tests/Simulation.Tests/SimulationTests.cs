using CommandBroker.Simulation;
using Xunit;

namespace CommandBroker.Simulation.Tests;

public class SimulationTests
{
    // The long run is a command of its own: tests/Simulation/README.md.
    private const long ScheduleCount = 20_000;

    public static TheoryData<Mutant> Mutants => [.. Enum.GetValues<Mutant>().Where(mutant => mutant != Mutant.None)];

    [Fact]
    public void Every_rule_holds_in_every_schedule()
    {
        var run = SimulationRun.Of(firstSeed: 1, ScheduleCount);

        Assert.Null(run.Broken);
        Assert.Equal(ScheduleCount, run.ScheduleCount);
    }

    [Fact]
    public void Schedules_meet_what_they_are_made_for()
    {
        var run = SimulationRun.Of(firstSeed: 1, 1_000);

        Assert.True(run.CrashCount > 100, $"{run.CrashCount} crashes");
        Assert.True(run.RedeliveryCount > 100, $"{run.RedeliveryCount} schedules with a redelivery");
        Assert.True(run.AcknowledgedCount > 1_000, $"{run.AcknowledgedCount} enqueues");
    }

    [Theory]
    [MemberData(nameof(Mutants))]
    public void A_store_with_a_fault_is_noticed(Mutant mutant) =>
        Assert.NotNull(SimulationRun.Of(firstSeed: 1, ScheduleCount, mutant).Broken);

    [Fact]
    public void One_seed_is_one_schedule() =>
        Assert.Equal(SimulationRun.Describe(seed: 7, Mutant.None), SimulationRun.Describe(seed: 7, Mutant.None));
}
