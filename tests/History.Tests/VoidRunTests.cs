using Xunit;

namespace CommandBroker.History.Tests;

/// <summary>A run in which nothing happened proves nothing.</summary>
public sealed class VoidRunTests
{
    private static readonly RunLimits Limits = new() { VisibilityTimeout = RunBuilder.Lease, MaxDeliveries = 3 };

    [Fact]
    public void Run_with_too_few_acknowledgements_is_void() => AssertVoid(Limits with { MinAcknowledgedCount = 1_000 });

    [Fact]
    public void Run_with_too_few_kills_is_void() => AssertVoid(Limits with { MinKillCount = 2 });

    [Fact]
    public void Run_whose_brokers_never_met_is_void() => AssertVoid(Limits with { MinSharedServerCount = 1 });

    [Fact]
    public void Run_whose_kill_hit_nothing_is_void()
    {
        RunBuilder run = RunBuilder.Clean();
        run.Kill(EntryKind.Fail);

        Assert.False(run.Check().Passed);
        Assert.NotEmpty(run.Check().VoidReasons);
    }

    [Fact]
    public void Run_with_too_few_faults_is_void() => AssertVoid(Limits with { MinFaultCount = 1 });

    [Fact]
    public void Run_whose_fault_did_not_fire_is_void()
    {
        RunBuilder run = RunBuilder.Clean();
        run.Fault();
        Assert.True(run.Check().Passed);

        run.Fault(EntryKind.Fail);

        Assert.False(run.Check().Passed);
        Assert.Empty(run.Check().Violations);
    }

    [Fact]
    public void Run_without_a_redelivery_is_void()
    {
        var run = new RunBuilder();
        run.Enqueue(1);
        run.Poll(1);
        run.Report(1);
        run.Ends(1, "success");

        Assert.NotEmpty(run.Check().VoidReasons);
    }

    private static void AssertVoid(RunLimits limits)
    {
        var run = new RunBuilder { Limits = limits };
        run.Entries.AddRange(RunBuilder.Clean().Entries);
        run.Finals.AddRange(RunBuilder.Clean().Finals);

        CheckReport report = run.Check();

        Assert.False(report.Passed);
        Assert.Empty(report.Violations);
        Assert.NotEmpty(report.VoidReasons);
    }
}
