using System.CommandLine;
using CommandBroker.Core;
using Command = System.CommandLine.Command;

namespace CommandBroker.Cli.Verbs;

/// <summary><c>cbroker agent SERVER</c>.</summary>
internal static class AgentVerb
{
    private const string Manual = """
        Plays the agent of a source server, for demos and load: polls, prints and reports, until interrupted.

        It needs an agent's token, and takes agent_token from data/dev-credentials.json. When the broker is away it goes on trying.

        Examples:
          cbroker agent web-1 --interval 2s
          cbroker agent web-1 --fail --delay 10s --count 1
        """;

    public static Command Create(CliHost host)
    {
        Argument<string> server = VerbParts.Server();
        Option<TimeSpan?> interval = VerbParts.Duration("--interval", "The time between two polls while nothing is due, as 500ms; default 5s");
        Option<TimeSpan?> delay = VerbParts.Duration("--delay", "How long to work on a command before it is reported; default: no time");
        var fail = new Option<bool>("--fail") { Description = "Report fail instead of success" };
        var count = new Option<int?>("--count") { Description = "End after this many commands; default: never", HelpName = "COUNT" };
        var untilIdle = new Option<bool>("--until-idle") { Description = "End when nothing is due" };
        var verb = new ManualCommand("agent", Manual) { server, interval, delay, fail, count, untilIdle };
        verb.SetAction(async (parsed, cancel) =>
        {
            using CliSession session = CliSession.Open(parsed, host, maxAttempts: 1, tokenMember: "agent_token");
            var agent = new SimpleAgent(session, parsed.GetRequiredValue(server))
            {
                Interval = parsed.GetValue(interval) ?? TimeSpan.FromSeconds(5),
                Delay = parsed.GetValue(delay) ?? TimeSpan.Zero,
                Result = parsed.GetValue(fail) ? ReportResult.Fail : ReportResult.Success,
                MaxCount = parsed.GetValue(count) ?? int.MaxValue,
                EndsWhenIdle = parsed.GetValue(untilIdle),
            };
            try
            {
                return await agent.RunAsync(cancel);
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                // Being interrupted is how an agent ends.
                return ExitCode.Ok;
            }
        });
        return verb;
    }
}
