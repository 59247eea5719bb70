using CommandBroker.Core;

namespace CommandBroker.Storage.Tests;

/// <summary>Commands and source servers as the tests need them.</summary>
internal static class Samples
{
    /// <summary>A fixed instant with odd ticks: a store that rounds is found out.</summary>
    public static DateTimeOffset Noon { get; } = new DateTimeOffset(2026, 5, 4, 12, 0, 0, TimeSpan.Zero).AddTicks(1_234_567);

    public static Command Pending(long seq, string? key = null) => new()
    {
        Seq = seq,
        Name = "START",
        Param = """{"task_id":"t-1","bucket":"b"}""",
        EnqueuedAt = Noon.AddSeconds(seq),
        EnqueuedBy = "operator",
        IdempotencyKey = key,
    };

    /// <summary>A pending command whose every member differs from its default.</summary>
    public static Command Full(long seq) => Pending(seq, "key-" + seq) with
    {
        Name = "SYNC ü 漢 🚀",
        Param = """{"task_id":"Ω","n":1e5,"s":"\ud800 \" é 🚀"}""",
        TaskId = "Ω",
        Priority = -100,
        NotBeforeAt = Noon.AddTicks(1),
        TimeToLive = TimeSpan.FromTicks(36_000_000_001),
        SupersedesTask = true,
        RedriveCount = 3,
        DeliveryCount = 7,
        DeliveredAt = Noon.AddTicks(3),
        OvertakenBy = 1_000_000_007,
    };

    public static Command Leased(Command command) => command with
    {
        Version = command.Version + 1,
        State = CommandState.Leased,
        DeliveryCount = command.DeliveryCount + 1,
        DeliveredAt = Noon.AddMinutes(1),
        LeasedUntil = Noon.AddMinutes(6),
    };

    public static Command Ended(Command command, DateTimeOffset? endedAt = null) => command with
    {
        Version = command.Version + 1,
        State = CommandState.Succeeded,
        LeasedUntil = null,
        Outcome = new Outcome
        {
            EndedAt = endedAt ?? Noon.AddMinutes(2),
            EndedBy = "agent ü",
            Reason = "The agent reported success.",
            SupersededBy = 99,
            Result = ReportResult.Success,
            ResultDetail = """{"detail":"漢"}""",
        },
    };

    public static Command Redriven(Command command) => command with
    {
        Version = command.Version + 1,
        State = CommandState.Pending,
        DeliveryCount = 0,
        RedriveCount = command.RedriveCount + 1,
        Outcome = null,
    };

    public static SourceServer Server(string key, string name = "web-1") => new()
    {
        Key = SourceServerKey.Parse(key),
        Name = name,
        OsType = "LINUX",
        Details = """{"ip":"10.0.0.1"}""",
        RegisteredAt = Noon,
    };
}
