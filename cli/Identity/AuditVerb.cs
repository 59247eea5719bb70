using System.CommandLine;
using System.Collections.Immutable;
using CommandBroker.Cli.Output;
using CommandBroker.Cli.Verbs;
using CommandBroker.Client.Wire;
using CommandBroker.Client.Wire.Identity;
using CommandBroker.Contracts.Identity;

namespace CommandBroker.Cli.Identity;

/// <summary><c>cbroker audit</c>.</summary>
internal static class AuditVerb
{
    private const string Manual = """
        Shows who did what: enqueued, cancelled, redrove, deleted, made a key, failed to sign in.

        Newest first; with --follow the newest page, then each event as it comes, until interrupted (Ctrl+C). It needs the
        role auditor or admin. It holds no secret, no token and no parameter.

        Examples:
          cbroker audit --action key.
          cbroker audit --action signin.refused --follow
          cbroker audit --project ID --before 4711 --limit 1000 --output ndjson
        """;

    public static Command Create(CliHost host)
    {
        var action = new Option<string?>("--action") { Description = "Only actions that begin so, as key. or signin.refused", HelpName = "PREFIX" };
        var before = new Option<long?>("--before") { Description = "Only events with a lower number", HelpName = "ID" };
        var limit = new Option<int>("--limit") { Description = "The most to show, 1 to 1000", HelpName = "COUNT", DefaultValueFactory = _ => 100 };
        Option<string?> domainId = IdentityParts.DomainId();
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on showing events as they come" };
        Option<TimeSpan?> interval = VerbParts.Duration("--interval", "With --follow: the time between two looks; default 2s");
        var verb = new ManualCommand("audit", Manual) { action, before, limit, domainId, follow, interval };
        verb.SetAction(async (parsed, cancel) =>
        {
            using CliSession session = CliSession.Open(parsed, host);
            var query = new AuditQuery
            {
                DomainId = parsed.GetValue(domainId),
                ProjectId = parsed.GetValue(GlobalOptions.Project),
                ActionPrefix = parsed.GetValue(action),
                Before = parsed.GetValue(before),
                Limit = parsed.GetValue(limit),
            };
            if (parsed.GetValue(follow))
            {
                await FollowAsync(session, query, parsed.GetValue(interval), cancel);
            }
            else
            {
                Write(session, await session.Identity.ReadAuditAsync(query, cancel), query.Limit);
            }

            return ExitCode.Ok;
        });
        return verb;
    }

    private static async Task FollowAsync(CliSession session, AuditQuery query, TimeSpan? interval, CancellationToken cancel)
    {
        try
        {
            await foreach (AuditEvent audit in session.Identity.FollowAuditAsync(query, interval, cancel))
            {
                session.Answer.Write(audit.ToWire(), WireJson.Readable.AuditEventRecord, output => output.WriteLine(Line(audit)));
                await session.Host.Out.FlushAsync(cancel);
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // Being interrupted is how it ends.
        }
    }

    private static void Write(CliSession session, ImmutableArray<AuditEvent> events, int limit)
    {
        long? next = events.Length == limit ? events[^1].AuditNo : null;
        var page = new AuditPageRecord { Events = [.. events.Select(AuditMap.ToWire)], NextBefore = CommandIdText.Format(next) };
        session.Answer.WriteList(page, WireJson.Readable.AuditPageRecord, page.Events, WireJson.Readable.AuditEventRecord, output =>
        {
            var table = new TextTable("ID", "AT", "ACTOR", "ACTION", "SUBJECT", "FROM", "DETAIL");
            foreach (AuditEventRecord audit in page.Events)
            {
                table.Add(audit.AuditId, CommandTable.Instant(audit.At), audit.Actor, audit.Action, audit.Subject, audit.RemoteAddress, audit.Detail);
            }

            table.WriteTo(output);
            if (next is not null)
            {
                output.WriteLine();
                output.WriteLine($"More: --before {next}");
            }
        }, next is null ? null : FormattableString.Invariant($"--before {next}"));
    }

    private static string Line(AuditEvent audit) => TextTable.OneLine(
        $"{CommandTable.Instant(audit.At)}  {audit.Actor.Name,-16} {audit.Action,-20} {audit.Subject} {audit.Detail}").TrimEnd();
}
