using System.CommandLine;
using System.Text.Json.Nodes;
using CommandBroker.Cli.Verbs;
using CommandBroker.Client.Wire;
using CommandBroker.Client.Wire.Identity;
using CommandBroker.Contracts.Identity;

namespace CommandBroker.Cli.Identity;

/// <summary><c>cbroker key create|list|rotate|enable|disable|delete</c>, and <c>cbroker agent-key</c>.</summary>
internal static class KeyVerbs
{
    private const string Manual = """
        Makes and changes access keys, by which programs sign their requests.

        The secret key is shown once, when the key is made: keep it then. Rotating makes a second key for the same user
        and lets the old one count for the overlap, so that every place can be changed meanwhile.

        Examples:
          cbroker key create nightly --description "the nightly job" --lifetime 90d
          cbroker key create ada --temporary --lifetime 1h
          cbroker key rotate AKXXXXXXXXXXXXXXXXXX --overlap 7d
          cbroker key list --user nightly
        """;

    private const string AgentManual = """
        Makes an access key for the agent of one source server.

        It belongs to a user agent-SERVER with the role agent, which sees that source server alone and is made when there is
        none. The source server need not be registered: the agent may do that with this key. The secret key is shown once.

        Examples:
          cbroker agent-key web-1
          cbroker agent-key web-1 --secret-file web-1.key
        """;

    public static Command Create(CliHost host) => new ManualCommand("key", Manual)
    {
        New(host),
        List(host),
        Rotate(host),
        Enable(host, "enable", "Enables a key again.", isEnabled: true),
        Enable(host, "disable", "Disables a key: it is refused until it is enabled.", isEnabled: false),
        Delete(host),
    };

    public static Command CreateAgentKey(CliHost host)
    {
        Argument<string> server = VerbParts.Server();
        Option<string?> description = IdentityParts.Description();
        Option<TimeSpan?> lifetime = VerbParts.Duration("--lifetime", "How long it counts; default: for ever");
        Option<string?> file = SecretFile.Option();
        var verb = new ManualCommand("agent-key", AgentManual) { server, description, lifetime, file };
        verb.SetAction(async (parsed, cancel) =>
        {
            using CliSession session = CliSession.Open(parsed, host);
            using SecretFile? secret = SecretFile.Open(parsed.GetValue(file));
            KeyTable.WriteNew(session, await session.Identity.CreateAgentKeyAsync(
                parsed.GetRequiredValue(server), parsed.GetValue(description), parsed.GetValue(lifetime), cancel), secret);
            return ExitCode.Ok;
        });
        return verb;
    }

    private static Command New(CliHost host)
    {
        Argument<string> user = IdentityParts.User();
        Option<string?> description = IdentityParts.Description();
        Option<TimeSpan?> lifetime = VerbParts.Duration("--lifetime", "How long it counts; default: for ever. Temporary: 15m to 24h, default 1h");
        var temporary = new Option<bool>("--temporary") { Description = "It goes with a security token that every request must carry" };
        Option<string?> domainId = IdentityParts.DomainId();
        Option<string?> file = SecretFile.Option();
        var verb = new Command("create", "Makes a key for a user and shows its secret, once.") { user, description, lifetime, temporary, domainId, file };
        verb.SetAction(async (parsed, cancel) =>
        {
            using CliSession session = CliSession.Open(parsed, host);
            PrincipalView owner = await IdentityParts.FindUserAsync(session, parsed.GetRequiredValue(user), parsed.GetValue(domainId), cancel);
            using SecretFile? secret = SecretFile.Open(parsed.GetValue(file));
            bool isTemporary = parsed.GetValue(temporary);
            KeyTable.WriteNew(session, await session.Identity.CreateKeyAsync(
                new NewAccessKeyCall
                {
                    PrincipalId = owner.PrincipalId,
                    Description = parsed.GetValue(description),
                    Lifetime = parsed.GetValue(lifetime) ?? (isTemporary ? TimeSpan.FromHours(1) : null),
                    IsTemporary = isTemporary,
                },
                cancel), secret);
            return ExitCode.Ok;
        });
        return verb;
    }

    private static Command List(CliHost host)
    {
        var user = new Option<string?>("--user") { Description = "Only this user's, by name or id", HelpName = "USER" };
        Option<string?> domainId = IdentityParts.DomainId();
        var verb = new Command("list", "Lists keys without their secrets, newest first.") { user, domainId };
        verb.SetAction(async (parsed, cancel) =>
        {
            using CliSession session = CliSession.Open(parsed, host);
            string? owner = parsed.GetValue(user) is { } name
                ? (await IdentityParts.FindUserAsync(session, name, parsed.GetValue(domainId), cancel)).PrincipalId
                : null;
            var list = new AccessKeyListRecord
            {
                Keys = [.. await session.Identity.ListKeysAsync(owner, cancel).ToListAsync(cancel)],
            };
            session.Answer.WriteList(
                list, WireJson.Readable.AccessKeyListRecord, list.Keys, WireJson.Readable.AccessKeyView, output => KeyTable.Write(list.Keys, output));
            return ExitCode.Ok;
        });
        return verb;
    }

    private static Command Rotate(CliHost host)
    {
        Argument<string> key = IdentityParts.AccessKey();
        Option<TimeSpan?> overlap = VerbParts.Duration("--overlap", "How long the old key goes on counting, up to 30d; default 1d");
        var now = new Option<bool>("--now") { Description = "End the old key at once" };
        Option<string?> file = SecretFile.Option();
        var verb = new Command("rotate", "Makes a second key for the same user, and ends the old one after the overlap.") { key, overlap, now, file };
        verb.SetAction(async (parsed, cancel) =>
        {
            using CliSession session = CliSession.Open(parsed, host);
            using SecretFile? secret = SecretFile.Open(parsed.GetValue(file));
            KeyTable.WriteNew(session, await session.Identity.RotateKeyAsync(
                parsed.GetRequiredValue(key), parsed.GetValue(now) ? TimeSpan.Zero : parsed.GetValue(overlap), cancel), secret);
            return ExitCode.Ok;
        });
        return verb;
    }

    private static Command Enable(CliHost host, string name, string description, bool isEnabled)
    {
        Argument<string> key = IdentityParts.AccessKey();
        var verb = new Command(name, description) { key };
        verb.SetAction(async (parsed, cancel) =>
        {
            using CliSession session = CliSession.Open(parsed, host);
            AccessKeyView changed = await session.Identity.EnableKeyAsync(parsed.GetRequiredValue(key), isEnabled, cancel);
            session.Answer.Write(changed, WireJson.Readable.AccessKeyView, output => KeyTable.Write([changed], output));
            return ExitCode.Ok;
        });
        return verb;
    }

    private static Command Delete(CliHost host)
    {
        Argument<string> key = IdentityParts.AccessKey();
        var verb = new Command("delete", "Deletes a key.") { key };
        verb.SetAction(async (parsed, cancel) =>
        {
            using CliSession session = CliSession.Open(parsed, host);
            await session.Identity.DeleteKeyAsync(parsed.GetRequiredValue(key), cancel);
            session.Answer.WriteForPrograms(new JsonObject { ["access_key"] = parsed.GetRequiredValue(key), ["deleted"] = true });
            return ExitCode.Ok;
        });
        return verb;
    }
}
