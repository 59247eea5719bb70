using CommandBroker.Core;

namespace CommandBroker.Simulation;

/// <summary>What must hold once the writers have stopped and the agents have drained the queue.</summary>
internal static class FinalCheck
{
    /// <summary>Compares what clients were told with what is stored.</summary>
    public static void Run(Ledger ledger, StoreRows rows)
    {
        var stored = rows.All.ToDictionary(command => command.Seq);
        foreach ((string? key, long seq, string name, string param) in ledger.Enqueued)
        {
            if (ledger.RemovedNumbers.Contains(seq))
            {
                continue;
            }

            if (!stored.TryGetValue(seq, out Command? command) || command.Name != name || command.Param != param)
            {
                ledger.Break($"S1: enqueue {key} ({name} {param}) was acknowledged as #{seq}, stored is {command?.Name ?? "nothing"} {command?.Param}.");
            }

            if (key is not null && ledger.Enqueued.Any(other => other.Key == key && other.Seq != seq && !ledger.RemovedNumbers.Contains(other.Seq)))
            {
                ledger.Break($"S8: key {key} was answered with two numbers.");
            }
        }

        foreach (IGrouping<string?, Command> same in stored.Values.GroupBy(command => command.IdempotencyKey).Where(same => same.Key is not null && same.Count() > 1))
        {
            ledger.Break($"S8: {same.Count()} commands have the key {same.Key}.");
        }

        foreach ((long seq, ReportResult result) in ledger.Ended)
        {
            if (!ledger.RemovedNumbers.Contains(seq) && stored.GetValueOrDefault(seq)?.Outcome?.Result != result)
            {
                ledger.Break($"S7: #{seq} was acknowledged as {result}, stored is {stored.GetValueOrDefault(seq)?.Outcome?.Result?.ToString() ?? "nothing"}.");
            }
        }

        foreach (long seq in ledger.Cancelled)
        {
            if (!ledger.RemovedNumbers.Contains(seq) && stored.GetValueOrDefault(seq)?.State != CommandState.Cancelled)
            {
                ledger.Break($"S12: #{seq} was cancelled, stored is {stored.GetValueOrDefault(seq)?.State.ToString() ?? "nothing"}.");
            }
        }

        foreach (Command command in stored.Values.Where(command => ledger.IsSurelyUnseen(command.Seq)))
        {
            // What a later command replaced at its enqueue ends without a delivery, as do a cancel and the end of a time to live.
            if (command is { State: CommandState.Succeeded or CommandState.Failed or CommandState.Delivered or CommandState.DeadLettered }
                or { State: CommandState.Superseded, OvertakenBy: not null })
            {
                ledger.Break($"S2: #{command.Seq} ended as {command.State} ({command.Outcome!.Reason}), and no agent can have seen it.");
            }
        }

        if (stored.Values.FirstOrDefault(command => command.IsOpen) is { } open)
        {
            ledger.Break($"L1: #{open.Seq} is still {open.State} after the drain.");
        }
    }
}
