namespace CommandBroker.History.Tests;

/// <summary>Writes a clean run down, call by call, one millisecond apart; tests then spoil one thing in it.</summary>
internal sealed class RunBuilder
{
    public const string Server = "server-1";
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(2);

    private long _calls;
    private TimeSpan _now;

    public List<HistoryEntry> Entries { get; } = [];

    public List<FinalCommand> Finals { get; } = [];

    public RunLimits Limits { get; init; } = new() { VisibilityTimeout = Lease, MaxDeliveries = 3 };

    /// <summary>Five commands: two simple ones, one redelivered after its lease, one whose enqueue was retried after a kill, one of a shared task.</summary>
    public static RunBuilder Clean()
    {
        var run = new RunBuilder();
        run.Enqueue(1);
        run.Enqueue(2);
        run.Enqueue(2);
        run.Poll(1);
        run.Report(1);
        run.Poll(2);
        run.Report(2, "fail");
        run.Report(2, "fail");
        run.Report(2, "success", EntryKind.Fail);
        run.Enqueue(3, task: "task");
        run.Poll(3, task: "task");
        run.Enqueue(4, EntryKind.Info);
        run.Kill();
        run.Enqueue(4);
        run.Wait(Lease);
        run.Poll(3, delivery: 2, task: "task");
        run.Report(3);
        run.Poll(4);
        run.Report(4, "success", EntryKind.Info);
        run.Enqueue(5, task: "task");
        run.Poll(5, task: "task");
        run.Report(5);
        run.Ends(1, "success");
        run.Ends(2, "fail");
        run.Ends(3, "success", deliveries: 2);
        run.Ends(4, "success");
        run.Ends(5, "success");
        return run;
    }

    public static string HashOf(long id) => $"hash-{id}";

    public void Wait(TimeSpan time) => _now += time;

    public void Enqueue(long id, EntryKind outcome = EntryKind.Ok, string? key = null, string? hash = null, string? task = null, string? broker = null) =>
        Call(CallKind.Enqueue, outcome, e => e with { Key = key ?? $"key-{id}", Hash = hash ?? HashOf(id), Task = task, Broker = broker }, e => e with { CommandId = id });

    public void Poll(long id, int delivery = 1, EntryKind outcome = EntryKind.Ok, string? hash = null, string? task = null, string? broker = null) =>
        Call(CallKind.Poll, outcome, e => e with { Broker = broker }, e => e with { CommandId = id, Delivery = delivery, Hash = hash ?? HashOf(id), Task = task });

    public void Report(long id, string result = "success", EntryKind outcome = EntryKind.Ok) =>
        Call(CallKind.Report, outcome, e => e with { CommandId = id, Result = result }, e => e);

    public void Fault(EntryKind outcome = EntryKind.Ok) => Call(CallKind.Fault, outcome, e => e with { Server = null }, e => e);

    public void Kill(EntryKind outcome = EntryKind.Ok) => Call(CallKind.Kill, outcome, e => e with { Server = null }, e => e);

    public void Ends(long id, string? result, int deliveries = 1, string? state = null) => Finals.Add(new FinalCommand
    {
        Server = Server,
        CommandId = id,
        Key = $"key-{id}",
        Hash = HashOf(id),
        State = state ?? (result == "success" ? "succeeded" : "failed"),
        DeliveryCount = deliveries,
        Result = result,
    });

    public void ReplaceFinal(long id, Func<FinalCommand, FinalCommand> change)
    {
        int at = Finals.FindIndex(final => final.CommandId == id);
        Finals[at] = change(Finals[at]);
    }

    public void ReplaceEntry(CallKind op, EntryKind type, long id, Func<HistoryEntry, HistoryEntry> change)
    {
        int at = Entries.FindIndex(entry => entry.Op == op && entry.Type == type && entry.CommandId == id);
        Entries[at] = change(Entries[at]);
    }

    public CheckReport Check(params FinalRead[] others) =>
        HistoryChecker.Check(new RunHistory(Entries, [new FinalRead("api", [.. Finals]), .. others], Limits));

    private void Call(CallKind op, EntryKind outcome, Func<HistoryEntry, HistoryEntry> invoked, Func<HistoryEntry, HistoryEntry> answered)
    {
        HistoryEntry entry = new() { Run = "run", Client = "client", Call = ++_calls, Op = op, Type = EntryKind.Invoke, At = Tick(), Server = Server };
        HistoryEntry start = invoked(entry);
        HistoryEntry end = entry with { Type = outcome, At = Tick() };
        Entries.Add(start);
        Entries.Add(outcome == EntryKind.Ok ? answered(end) : end);
    }

    private TimeSpan Tick() => _now += TimeSpan.FromMilliseconds(1);
}
