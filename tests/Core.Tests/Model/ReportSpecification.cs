namespace CommandBroker.Core.Tests.Model;

/// <summary>Which command a report means, and what becomes of it: the second telling of the rules of reports.</summary>
internal static class ReportSpecification
{
    public static ReportStatus Report(
        this Specification specification, long? number, string name, ReportResult result, string detail, DateTimeOffset now)
    {
        Chronicle told = specification.Told;
        long[] seen = [.. told.All.Where(seq => told.WasSeen(seq) && told.RequestOf(seq).Name == name)];
        long? meant = number is long given ? seen.FirstOrDefault(seq => seq == given) : ByName(told, seen, (result, detail), now);
        ReportStatus status = meant switch
        {
            null => ReportStatus.KeptAsStray,
            0 => told.Open.Any(told.WasSeen) ? ReportStatus.NotOutstanding : ReportStatus.KeptAsStray,
            long seq => On(told, seq, result, detail, now),
        };
        specification.StrayCount += status is ReportStatus.KeptAsStray or ReportStatus.Contradicting ? 1 : 0;
        return status;
    }

    /// <summary>0 when none is meant, null when it is in doubt which.</summary>
    private static long? ByName(Chronicle told, long[] seen, (ReportResult Result, string Detail) said, DateTimeOffset now)
    {
        long[] open = [.. seen.Where(told.Open.Contains)];
        long running = open.Where(seq => told.StateOf(seq) == CommandState.Leased && told.LeaseEnd(seq) > now)
            .OrderBy(told.SeenAt).ThenBy(seq => seq).FirstOrDefault();
        if (running > 0 || open.Length > 0)
        {
            return running > 0 ? running : open.Length == 1 ? MeantInDoubt(told, open[0], seen, said) : null;
        }

        long[] ended = [.. seen.OrderByDescending(told.SeenAt).ThenByDescending(seq => seq)];
        bool isInDoubt = ended.Length > 1 && ended.Take(2).All(seq =>
            told.ResultOf(seq) is null && told.StateOf(seq) is not (CommandState.Cancelled));
        return isInDoubt ? null : ended.FirstOrDefault();
    }

    /// <summary>An only delivery that may not have arrived is not meant by what was said before, word for word, of the last one that ended.</summary>
    private static long MeantInDoubt(Chronicle told, long seq, long[] seen, (ReportResult Result, string Detail) said)
    {
        long last = seen.Where(other => !told.Open.Contains(other)).OrderByDescending(told.SeenAt).ThenByDescending(other => other).FirstOrDefault();
        bool isInDoubt = told.DeliveryCount(seq) == 0 && !told.WasRedriven(seq);
        return isInDoubt && last > 0 && told.ResultOf(last) == said.Result && told.DetailOf(last) == said.Detail ? last : seq;
    }

    private static ReportStatus On(Chronicle told, long seq, ReportResult result, string detail, DateTimeOffset now)
    {
        if (told.ResultOf(seq) is ReportResult earlier)
        {
            return earlier == result ? ReportStatus.Repeated : ReportStatus.Contradicting;
        }

        bool isSuccess = result == ReportResult.Success;
        if (told.StateOf(seq) == CommandState.Cancelled)
        {
            told.AddReport(isSuccess ? What.NotedSuccess : What.NotedFail, seq, now, detail);
            return ReportStatus.NotedOnCancelled;
        }

        told.AddReport(isSuccess ? What.Succeeded : What.Failed, seq, now, detail);
        return ReportStatus.Ended;
    }
}
