using System.CommandLine;
using System.Text.Json.Nodes;

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
            return ExitCode.Ok;
        });
        return verb;
    }

    private static Command Reencrypt(CliHost host)
    {
        var verb = new Command("reencrypt", "Encrypts every stored secret with the master key that is now the first one.");
        verb.SetAction(async (parsed, cancel) =>
        {
            using CliSession session = CliSession.Open(parsed, host);
            int count = await session.Identity.ReencryptAsync(cancel);
            session.Answer.WriteFacts($"{count} secrets encrypted anew.", new JsonObject { ["reencrypted_count"] = count });
            return ExitCode.Ok;
        });
        return verb;
    }
}
