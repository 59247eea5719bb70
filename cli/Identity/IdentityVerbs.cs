using System.CommandLine;
using System.Text.Json.Nodes;
using CommandBroker.Contracts.Identity;

namespace CommandBroker.Cli.Identity;

/// <summary><c>cbroker identity rotate-token-key|reencrypt</c>.</summary>
internal static class IdentityVerbs
{
    public static Command Create(CliHost host) => new("identity", "Changes the broker's own keys. Broker administrators only.")
    {
        RotateTokenKey(host),
        Reencrypt(host),
    };

    private static Command RotateTokenKey(CliHost host)
    {
        var now = new Option<bool>("--now") { Description = "End every token that was issued so far at once; default: each counts until it expires" };
        var verb = new Command("rotate-token-key", "Makes a new key that signs tokens.") { now };
        verb.SetAction(async (parsed, cancel) =>
        {
            using CliSession session = CliSession.Open(parsed, host);
            await session.Identity.RotateTokenKeyAsync(parsed.GetValue(now), cancel);
            session.Answer.WriteForPrograms(new JsonObject { ["tokens_ended"] = parsed.GetValue(now) });
            return ExitCode.Ok;
        });
        return verb;
    }

    private static Command Reencrypt(CliHost host)
    {
        var verb = new ManualCommand("reencrypt", """
            Encrypts every stored secret with the master key that is now the first one.

            It waits until that is done and shows how many secrets remain that need another key. At 0 you can take the other
            keys out of Identity:MasterKey. The broker goes on when you interrupt this command; repeating it joins the run, or
            goes on with what remains.

            Examples:
              cbroker identity reencrypt
            """);
        verb.SetAction(async (parsed, cancel) =>
        {
            using CliSession session = CliSession.Open(parsed, host);
            ReencryptionView run = await session.Identity.ReencryptAsync(cancel);
            session.Answer.WriteFacts(
                $"{run.ReencryptedCount} secrets encrypted anew; {run.RemainingCount} remain.",
                new JsonObject { ["reencrypted_count"] = run.ReencryptedCount, ["remaining_count"] = run.RemainingCount });
            return ExitCode.Ok;
        });
        return verb;
    }
}
