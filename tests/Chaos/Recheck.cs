using CommandBroker.History;

namespace CommandBroker.Chaos;

/// <summary>Checks a history that was kept, after a rule was mended.</summary>
internal static class Recheck
{
    /// <summary>Tells what the rules find in the calls.</summary>
    /// <returns>0 when they find nothing.</returns>
    public static int Run(string history, ChaosOptions options)
    {
        RunLimits limits = new() { VisibilityTimeout = options.VisibilityTimeout, MaxDeliveries = options.MaxDeliveries };
        CheckReport report = HistoryChecker.Check(new RunHistory(HistoryFile.Read(history), [], limits));
        Console.WriteLine($"{report.AcknowledgedCount} acknowledged, {report.RedeliveryCount} redeliveries, {report.UnknownCount} unknown, {report.Violations.Count} violations");
        foreach (Violation violation in report.Violations)
        {
            Console.WriteLine($"  {violation.Kind}, {violation.Server}: {violation.Text}");
        }

        return report.Violations.Count == 0 ? 0 : 1;
    }
}
