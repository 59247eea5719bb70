using System.Collections.Immutable;

namespace CommandBroker.Core;

public static partial class CommandQueue
{
    /// <summary>Ended commands to hand to <see cref="Report"/> when the report names no number: enough to find a repeated or a late one.</summary>
    public const int ReportHistoryCount = 100;

    /// <summary>Ends the command that a report is about.</summary>
    /// <param name="state">The queue.</param>
    /// <param name="report">The report.</param>
    /// <param name="history">
    /// Null at first. After <see cref="ReportStatus.NeedsHistory"/>: the ended command of that number, or, when no number was named, the
    /// newest <see cref="ReportHistoryCount"/> ended commands.
    /// </param>
    /// <param name="now">The server's clock.</param>
    /// <remarks>
    /// By number the match is exact. By name it is the oldest running lease of that name; else the one command of that name whose lease
    /// ran out; else what the history tells. When the response of that one command was not sent in full, and the report says what the last
    /// ended one of that name was reported with, it is a repeat of that. A report by a number or name in doubt never ends a command: all stay due, so none is lost.
    /// </remarks>
    public static Transition<ReportOutcome> Report(
        QueueState state, ReportRequest report, IReadOnlyList<Command>? history, DateTimeOffset now) => report.Seq is long seq
            ? ReportByNumber(state, report, seq, history, now)
            : ReportByName(state, report, history, now);

    private static Transition<ReportOutcome> ReportByNumber(
        QueueState state, ReportRequest report, long seq, IReadOnlyList<Command>? history, DateTimeOffset now)
    {
        Command? command = state.Find(seq);
        if (command is null && history is null)
        {
            return Unchanged(state, new ReportOutcome(ReportStatus.NeedsHistory));
        }

        command ??= history!.FirstOrDefault(ended => ended.Seq == seq);
        return command is { MayBeKnown: true } && command.Name == report.Name
            ? ReportOn(state, command, report, now)
            : WithoutMatch(state, report, now);
    }

    private static Transition<ReportOutcome> ReportByName(
        QueueState state, ReportRequest report, IReadOnlyList<Command>? history, DateTimeOffset now)
    {
        int knownCount = 0;
        Command? lapsed = null;
        Command? running = null;
        foreach (Command command in state.Open)
        {
            if (command.MayBeKnown && command.Name == report.Name)
            {
                knownCount++;
                lapsed = command;
                running = command.LeasedUntil > now && !WasHandedOutBefore(running, command) ? command : running;
            }
        }

        if (running is not null)
        {
            return ReportOn(state, running, report, now);
        }

        if (lapsed is not null && knownCount > 1)
        {
            return KeepStray(state, report, StrayReason.Ambiguous, null, now);
        }

        if (lapsed is { DeliveryCount: > 0 } or { OperatorRedriveCount: > 0 })
        {
            return ReportOn(state, lapsed, report, now);
        }

        if (history is null)
        {
            return Unchanged(state, new ReportOutcome(ReportStatus.NeedsHistory));
        }

        Command[] ended = [.. history
            .Where(command => command.MayBeKnown && command.Name == report.Name)
            .OrderByDescending(Showings.InstantOf)
            .ThenByDescending(command => command.Seq)];
        if (lapsed is not null)
        {
            // Of its only delivery it is not sure that it arrived: what was said before of another one is most likely said again.
            return ended is [Command last, ..] && IsSaidOf(last, report)
                ? Unchanged(state, new ReportOutcome(ReportStatus.Repeated))
                : ReportOn(state, lapsed, report, now);
        }

        return ended switch
        {
            [] => WithoutMatch(state, report, now),
            [Command newest, Command next, ..] when IsUnreported(newest) && IsUnreported(next) =>
                KeepStray(state, report, StrayReason.Ambiguous, null, now),
            [Command newest, ..] => ReportOn(state, newest, report, now),
        };
    }

    private static bool WasHandedOutBefore(Command? one, Command other) =>
        one is not null && (Showings.InstantOf(one) < Showings.InstantOf(other)
            || (Showings.InstantOf(one) == Showings.InstantOf(other) && one.Seq < other.Seq));

    private static bool IsSaidOf(Command command, ReportRequest report) =>
        command.Outcome is { } outcome && outcome.Result == report.Result && outcome.ResultDetail == report.ResultDetail;

    /// <summary>Whether it ended by our own doing after an agent had seen it, so that a late report still ends it.</summary>
    private static bool IsUnreported(Command command) =>
        command.State is CommandState.DeadLettered or CommandState.Expired or CommandState.Superseded or CommandState.Delivered;

    private static Transition<ReportOutcome> ReportOn(QueueState state, Command command, ReportRequest report, DateTimeOffset now)
    {
        if (command.Outcome?.Result is ReportResult earlier)
        {
            return earlier == report.Result
                ? Unchanged(state, new ReportOutcome(ReportStatus.Repeated))
                : KeepStray(state, report, StrayReason.Contradicting, command.Seq, now);
        }

        var changes = new ChangeSet(state);
        if (command.State == CommandState.Cancelled)
        {
            changes.Replace(command, command with
            {
                Outcome = command.Outcome! with { Result = report.Result, ResultDetail = report.ResultDetail, ReportTag = report.Tag },
            });
            return changes.Finish(new ReportOutcome(ReportStatus.NotedOnCancelled));
        }

        CommandState final = report.Result == ReportResult.Success ? CommandState.Succeeded : CommandState.Failed;
        changes.Replace(command, command with
        {
            State = final,
            LeasedUntil = null,
            Outcome = new Outcome
            {
                EndedAt = now,
                EndedBy = report.Actor,
                Reason = ReasonOf(command, now),
                Result = report.Result,
                ResultDetail = report.ResultDetail,
                ReportTag = report.Tag,
            },
        });
        return changes.Finish(new ReportOutcome(ReportStatus.Ended));
    }

    private static string ReasonOf(Command command, DateTimeOffset now) => command.State switch
    {
        CommandState.Leased when command.LeasedUntil > now => "Reported by the agent.",
        CommandState.Leased or CommandState.Pending => "Reported by the agent after its lease had run out.",
        CommandState.Delivered => "Reported by the agent, though no report was awaited.",
        _ => $"Reported by the agent late: it had ended as {StateWords.Of(command.State)} ({command.Outcome!.Reason})",
    };

    private static Transition<ReportOutcome> WithoutMatch(QueueState state, ReportRequest report, DateTimeOffset now) =>
        state.Open.Any(command => command.MayBeKnown)
            ? Unchanged(state, new ReportOutcome(ReportStatus.NotOutstanding))
            : KeepStray(state, report, StrayReason.Unsolicited, null, now);

    private static Transition<ReportOutcome> KeepStray(
        QueueState state, ReportRequest report, StrayReason reason, long? seq, DateTimeOffset now)
    {
        var stray = new StrayReport
        {
            Reason = reason,
            Name = report.Name,
            Seq = seq,
            Result = report.Result,
            ResultDetail = report.ResultDetail,
            ReportedAt = now,
            ReportedBy = report.Actor,
        };
        ReportStatus status = reason == StrayReason.Contradicting ? ReportStatus.Contradicting : ReportStatus.KeptAsStray;
        return Unchanged(state, new ReportOutcome(status, stray));
    }
}
