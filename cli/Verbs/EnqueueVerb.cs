using System.CommandLine;
using CommandBroker.Cli.Files;
using CommandBroker.Client.Wire;
using CommandBroker.Contracts;

namespace CommandBroker.Cli.Verbs;

/// <summary><c>cbroker enqueue SERVER NAME</c> and <c>cbroker enqueue --file FILE</c>.</summary>
internal static class EnqueueVerb
{
    /// <summary>A long file outlives a restart of the broker: with pauses doubled to 10 s these are about half a minute.</summary>
    private const int FileAttempts = 9;

    private const string Manual = """
        Adds one command, or a file of them. It is safe in the database when this returns.

        A file has a JSON object a line, of any number of lines ('-' reads from the standard input):
          {"server_id":"web-1","command_name":"START","command_param":{"task_id":"t-1"},
           "priority":0,"time_to_live":"1h","not_before":"2026-03-01T12:00:00Z","supersede":false,"idempotency_key":"k-1"}
        server_id and command_name are needed. A line that is refused is told on the standard error with its number; the
        others go on. A line without idempotency_key gets one made of its text and of --run, so that running the same
        file again adds nothing twice. For the same reason two identical lines are one command, unless they carry keys.

        Examples:
          cbroker enqueue web-1 START --task t-1 --bucket b-1
          cbroker enqueue web-1 STOP --task t-1 --priority 10 --supersede
          cbroker enqueue --file nightly.ndjson --run 2026-03-01
        """;

    public static Command Create(CliHost host)
    {
        var server = new Argument<string?>("SERVER") { Description = "The id of the source server", Arity = ArgumentArity.ZeroOrOne };
        var name = new Argument<string?>("NAME") { Description = "The command's name, as START", Arity = ArgumentArity.ZeroOrOne };
        var task = new Option<string?>("--task") { Description = "The parameter task_id", HelpName = "ID" };
        var bucket = new Option<string?>("--bucket") { Description = "The parameter bucket", HelpName = "NAME" };
        var param = new Option<string[]>("--param") { Description = "A further parameter, a string; may be repeated", HelpName = "NAME=VALUE" };
        var key = new Option<string?>("--key") { Description = "An idempotency key: the same key adds the command once; default: a new one", HelpName = "KEY" };
        var priority = new Option<int>("--priority") { Description = "-100 to 100, higher first; default 0", HelpName = "NUMBER" };
        Option<TimeSpan?> ttl = VerbParts.Duration("--ttl", "The longest wait before it expires; default: as the broker is set");
        Option<DateTimeOffset?> notBefore = VerbParts.Instant("--not-before", "Not handed out before this instant; default: at once");
        var supersede = new Option<bool>("--supersede") { Description = "End the commands of the same task that were never delivered" };
        var file = new Option<string?>("--file", "-f") { Description = "A file of commands, or -", HelpName = "FILE" };
        var run = new Option<string>("--run") { Description = "With --file: sets this run apart from others of the same lines", HelpName = "NAME", DefaultValueFactory = _ => "" };
        var verb = new ManualCommand("enqueue", Manual) { server, name, task, bucket, param, key, priority, ttl, notBefore, supersede, file, run };
        verb.Validators.Add(result =>
        {
            bool isFile = result.GetResult(file) is not null;
            bool isOne = result.GetValue(server) is not null && result.GetValue(name) is not null;
            if (isFile == isOne)
            {
                result.AddError("Either SERVER and NAME are needed, or --file.");
            }
        });
        param.Validators.Add(result =>
        {
            if (result.Tokens.FirstOrDefault(token => token.Value.IndexOf('=', StringComparison.Ordinal) < 1) is { } token)
            {
                result.AddError($"'{token.Value}' is no parameter; NAME=VALUE is needed.");
            }
        });
        verb.SetAction(async (parsed, cancel) =>
        {
            if (parsed.GetValue(file) is { } path)
            {
                using CliSession session = CliSession.Open(parsed, host, FileAttempts);
                return await new FileEnqueue(session, path, parsed.GetRequiredValue(run)).RunAsync(cancel);
            }

            return await EnqueueOneAsync(host, parsed, parsed.GetRequiredValue(server)!, cancel, new EnqueueCall
            {
                Name = parsed.GetRequiredValue(name)!,
                Param = ParamText.Build(
                    [("task_id", parsed.GetValue(task)), ("bucket", parsed.GetValue(bucket)), .. (parsed.GetValue(param) ?? []).Select(Split)]),
                IdempotencyKey = parsed.GetValue(key),
                Priority = parsed.GetValue(priority),
                TimeToLive = parsed.GetValue(ttl),
                NotBeforeAt = parsed.GetValue(notBefore),
                SupersedesTask = parsed.GetValue(supersede),
            });
        });
        return verb;
    }

    private static async Task<int> EnqueueOneAsync(CliHost host, ParseResult parsed, string server, CancellationToken cancel, EnqueueCall call)
    {
        using CliSession session = CliSession.Open(parsed, host);
        EnqueueReply reply = await session.Commands.EnqueueAsync(server, call, cancel);
        string what = reply.WasThere ? "was there already" : "is in the queue";
        session.Answer.Write(
            reply.ToWire(server), WireJson.Readable.EnqueueAnswer, output => output.WriteLine($"Command {reply.Seq} of {server}, {call.Name}, {what}."));
        return ExitCode.Ok;
    }

    private static (string Name, string? Value) Split(string member)
    {
        int equals = member.IndexOf('=', StringComparison.Ordinal);
        return (member[..equals], member[(equals + 1)..]);
    }
}
