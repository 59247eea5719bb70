using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using CommandBroker.Cli.Admin;
using CommandBroker.Cli.Identity;
using CommandBroker.Cli.Login;
using CommandBroker.Cli.Sdk;
using CommandBroker.Cli.Verbs;
using CommandBroker.Contracts;

namespace CommandBroker.Cli;

/// <summary>The command line: what there is, and how a run ends.</summary>
internal static class CliApp
{
    private const string Manual = """
        Registers source servers, enqueues, follows and mends their commands, and administers who may do so.

        The broker, and what proves who you are, are found in this order:
          1. --endpoint, --token, --project
          2. the environment: COMMANDBROKER_ENDPOINT, COMMANDBROKER_PROJECT, and COMMANDBROKER_TOKEN or else
             COMMANDBROKER_ACCESS_KEY with COMMANDBROKER_SECRET_KEY (and COMMANDBROKER_SECURITY_TOKEN), which sign each request
          3. what 'cbroker login' left behind
          4. data/dev-credentials.json as a local broker writes it, here or in a directory above, up to the root of the
             repository or your home directory; only a file that is yours and that nobody else may write
        What 3 and 4 hold goes only to the broker it was made for.

        Durations are a whole number and a unit: 90s, 5m, 2h, 1d. Instants are RFC 3339: 2026-03-01T12:00:00Z.
        Tables are for eyes; scripts use --output json or ndjson, whose members are those of the HTTP API.

        Exit codes: 0 done; 1 refused, in whole or in part; 2 wrong usage or a value that is not allowed; 3 the broker
        cannot be reached, cannot write at present or asks to wait; 4 the credential is missing, wrong, has ended or may not
        do this; 5 no such source server, command, user, key or tenant; 6 the broker found a fault of its own; 7 a store is
        not sound; 130 interrupted; 141 the reader of the output has gone.

        Examples:
          cbroker source register web-1 --os LINUX
          cbroker enqueue SERVER START --task t-1 --param speed=fast --ttl 1h
          cbroker enqueue --file commands.ndjson
          cbroker watch SERVER
          cbroker login --user ada
          cbroker agent-key SERVER
          eval "$(cbroker sdk-config)"
          cbroker admin verify data
          eval "$(cbroker completion bash)"
        """;

    public static async Task<int> RunAsync(string[] args, CliHost host, CancellationToken cancellationToken = default)
    {
        // An argument that begins with @ is an argument, and no file of arguments.
        ParseResult parsed = Root(host).Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Action is ParseErrorAction)
        {
            return TellUsage(parsed, host);
        }

        try
        {
            var configuration = new InvocationConfiguration { Output = host.Out, Error = host.Error, EnableDefaultExceptionHandler = false };
            return await parsed.InvokeAsync(configuration, cancellationToken);
        }
        catch (BrokerException fault)
        {
            await host.Error.WriteLineAsync($"cbroker: {fault.Message}");
            return ExitCode.Of(fault.Reason);
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Interrupted;
        }
        catch (IOException fault) when (StandardOutput.IsReaderGone(fault))
        {
            return ExitCode.ReaderGone;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            await host.Error.WriteLineAsync($"cbroker: {fault.Message}");
            return ExitCode.Usage;
        }
    }

    /// <summary>All verbs.</summary>
    internal static RootCommand Root(CliHost host)
    {
        var root = new RootCommand(Manual);
        ManualHelp.AddTo(root);
        GlobalOptions.AddTo(root);
        root.Subcommands.Add(SourceVerbs.Create(host));
        root.Subcommands.Add(EnqueueVerb.Create(host));
        root.Subcommands.Add(QueueVerb.Create(host));
        root.Subcommands.Add(CommandVerbs.Create(host));
        root.Subcommands.Add(HistoryVerb.Create(host));
        root.Subcommands.Add(SettingsVerb.Create(host));
        root.Subcommands.Add(WatchVerb.Create(host));
        root.Subcommands.Add(AgentVerb.Create(host));
        root.Subcommands.Add(LoginVerb.Create(host));
        root.Subcommands.Add(LoginVerb.CreateLogout(host));
        root.Subcommands.Add(TenantVerbs.Create(host));
        root.Subcommands.Add(UserVerbs.Create(host));
        root.Subcommands.Add(KeyVerbs.Create(host));
        root.Subcommands.Add(KeyVerbs.CreateAgentKey(host));
        root.Subcommands.Add(SdkConfigVerb.Create(host));
        root.Subcommands.Add(AuditVerb.Create(host));
        root.Subcommands.Add(IdentityVerbs.Create(host));
        root.Subcommands.Add(AdminVerbs.Create(host));
        root.Subcommands.Add(CompletionVerb.Create(host));
        return root;
    }

    private static int TellUsage(ParseResult parsed, CliHost host)
    {
        foreach (ParseError error in parsed.Errors)
        {
            host.Error.WriteLine($"cbroker: {UsageText.Of(error.Message)}");
        }

        string path = "";
        for (SymbolResult? at = parsed.CommandResult; at is CommandResult { Command: not RootCommand } verb; at = verb.Parent)
        {
            path = $" {verb.Command.Name}{path}";
        }

        host.Error.WriteLine($"See: cbroker{path} --help");
        return ExitCode.Usage;
    }
}
