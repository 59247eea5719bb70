using System.Globalization;
using CommandBroker.History;

namespace CommandBroker.Durability;

/// <summary>What a run showed, as Markdown.</summary>
internal static class RunReport
{
    private const int ShownViolations = 20;

    /// <summary>Writes the table of one run.</summary>
    public static string Of(RunOptions options, CheckReport report, DateTimeOffset now)
    {
        string what = options.DoubleActivation
            ? $"two brokers of different clusters on one {options.Provider} database, {options.DoubleTime.TotalSeconds:F0} s"
            : $"kill -9 at random moments, {options.Rounds} rounds, {options.Provider}";
        string[] facts =
        [
            $"| acknowledged writes (enqueues, deliveries, reports) | {Number(report.AcknowledgedCount)} |",
            $"| commands enqueued and acknowledged | {Number(report.EnqueuedCount)} |",
            $"| there, though never acknowledged | {Number(report.RecoveredCount)} |",
            $"| calls whose outcome stayed unknown | {Number(report.UnknownCount)} |",
            $"| deliveries, redeliveries among them | {Number(report.DeliveryCount)}, {Number(report.RedeliveryCount)} |",
            $"| kills that hit a living process | {report.KillCount} |",
            $"| longest time without an answer | {report.LongestGap.TotalSeconds.ToString("F1", CultureInfo.InvariantCulture)} s |",
            .. Enum.GetValues<ViolationKind>().Select(kind => $"| {Words(kind)} | **{report.Count(kind)}** |"),
        ];
        IEnumerable<string> found = report.Violations.Take(ShownViolations).Select(violation => $"- {violation.Kind}, {violation.Server}: {violation.Text}");
        string verdict = report.Passed ? "Passed." : report.VoidReasons.Count > 0 ? $"Void: {string.Join(" ", report.VoidReasons)}" : "Failed.";
        return string.Join('\n', [
            $"## {what}", "", $"{now:yyyy-MM-dd HH:mm} UTC, seed {options.Seed}, {options.Traffic.ServerCount} source servers, {options.Traffic.AgentCount} agents, "
            + $"{options.Traffic.EnqueuerCount} enqueuers. {verdict}", "", "| | |", "|---|---|", .. facts, "", .. found]);
    }

    private static string Number(int value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Words(ViolationKind kind) => kind switch
    {
        ViolationKind.Lost => "acknowledged and lost",
        ViolationKind.Invented => "invented or changed",
        ViolationKind.DuplicatedKey => "keys that stand for two commands",
        ViolationKind.Sequence => "numbers used twice, falling or missing",
        ViolationKind.Order => "first deliveries out of order",
        ViolationKind.OverlappingLease => "handed out while leased",
        ViolationKind.DeliveryCount => "wrong delivery counts",
        ViolationKind.ContradictingResults => "more than one accepted result",
        ViolationKind.LostReport => "reports lost",
        ViolationKind.NotDrained => "open after the drain",
        ViolationKind.Disagreement => "interface and store differ",
        _ => kind.ToString(),
    };
}
