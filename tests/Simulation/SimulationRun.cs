namespace CommandBroker.Simulation;

/// <summary>Many schedules, one seed each.</summary>
public sealed class SimulationRun
{
    /// <summary>Schedules that ran.</summary>
    public long ScheduleCount { get; private set; }

    /// <summary>Changes of rows that were checked.</summary>
    public long ChangeCount { get; private set; }

    /// <summary>Enqueues that were acknowledged.</summary>
    public long AcknowledgedCount { get; private set; }

    /// <summary>Activations that died with a call under way.</summary>
    public long CrashCount { get; private set; }

    /// <summary>Writes that were carried out, or could be, after their activation had been told that they failed.</summary>
    public long LateCount { get; private set; }

    /// <summary>Releases that came when their command had been handed out again.</summary>
    public long LateReleaseCount { get; private set; }

    /// <summary>Schedules in which a command was handed out more than once.</summary>
    public long RedeliveryCount { get; private set; }

    /// <summary>The first schedule that broke a rule: its seed and the rule; null when none did.</summary>
    public (ulong Seed, string Rule)? Broken { get; private set; }

    /// <summary>Runs schedules until one breaks a rule.</summary>
    /// <param name="firstSeed">The seed of the first; each next one is one more.</param>
    /// <param name="count">The most to run.</param>
    /// <param name="mutant">The fault to put in.</param>
    public static SimulationRun Of(ulong firstSeed, long count, Mutant mutant = Mutant.None)
    {
        var run = new SimulationRun();
        for (ulong seed = firstSeed; run.ScheduleCount < count && run.Broken is null; seed++)
        {
            run.Add(seed, mutant);
        }

        return run;
    }

    /// <summary>What happened in one schedule, line by line.</summary>
    public static IReadOnlyList<string> Describe(ulong seed, Mutant mutant)
    {
        var schedule = new Schedule(seed, mutant, isTold: true);
        schedule.Run();
        return [schedule.SetupText, .. schedule.Ledger.Lines!, schedule.Ledger.Broken ?? "Every rule held."];
    }

    private void Add(ulong seed, Mutant mutant)
    {
        var schedule = new Schedule(seed, mutant);
        schedule.Run();
        ScheduleCount++;
        ChangeCount += schedule.Ledger.ChangeCount;
        AcknowledgedCount += schedule.Ledger.Enqueued.Count;
        CrashCount += schedule.CrashCount;
        LateCount += schedule.LateCount;
        LateReleaseCount += schedule.Ledger.LateReleaseCount;
        RedeliveryCount += schedule.Ledger.HadRedelivery ? 1 : 0;
        if (schedule.Ledger.Broken is { } rule)
        {
            Broken = (seed, rule);
        }
    }
}
