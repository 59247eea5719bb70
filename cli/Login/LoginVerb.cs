using System.CommandLine;
using System.Text.Json.Nodes;
using CommandBroker.Cli.Output;
using CommandBroker.Client.Http;
using CommandBroker.Contracts;

namespace CommandBroker.Cli.Login;

/// <summary><c>cbroker login</c> and <c>cbroker logout</c>.</summary>
internal static class LoginVerb
{
    private const string Manual = """
        Signs in with a user and a password, for the commands that follow.

        A token is fetched and kept in commandbroker/login.json of the user's configuration directory, readable by you only;
        the password is not kept. The token ends by itself (24 hours unless the broker is set otherwise). --project, by id or
        name, is the only project it counts in; default: the user's own, or its whole domain if the user is domain-wide.

        Examples:
          cbroker login --endpoint https://broker.example --user ada
          cbroker login --user ada --domain north --password-file ~/.secrets/broker
          cbroker logout
        """;

    public static Command Create(CliHost host)
    {
        var user = new Option<string>("--user", "-u") { Description = "The user's name", HelpName = "NAME", Required = true };
        var domain = new Option<string>("--domain") { Description = "The name of the user's domain; default: default", HelpName = "NAME", DefaultValueFactory = _ => "default" };
        Option<string?> file = PasswordSource.FileOption("the password");
        var verb = new ManualCommand("login", Manual) { user, domain, file };
        verb.SetAction(async (parsed, cancel) =>
        {
            (Uri endpoint, string origin) = BrokerAddress.FindEndpoint(parsed, host);
            string? project = parsed.GetValue(GlobalOptions.Project);
            if (endpoint.Scheme != Uri.UriSchemeHttps && !endpoint.IsLoopback)
            {
                await host.Error.WriteLineAsync($"cbroker: {endpoint.Authority} is reached without TLS: whoever is on the way can read the password.");
            }

            await host.Error.WriteLineAsync($"Signing in at {endpoint.GetLeftPart(UriPartial.Authority)} as {TextTable.OneLine(parsed.GetRequiredValue(user))}.");
            using HttpClient http = Open(endpoint, origin);
            BrokerToken token = await new TokenService(http).SignInAsync(
                new PasswordCredential
                {
                    User = parsed.GetRequiredValue(user),
                    Domain = parsed.GetRequiredValue(domain),
                    Password = PasswordSource.Read(host, parsed.GetValue(file)),
                    ProjectId = IsId(project) ? project : null,
                    ProjectName = IsId(project) ? null : project,
                },
                cancel);
            var login = new SavedLogin
            {
                Endpoint = endpoint.ToString().TrimEnd('/'),
                Token = token.Text,
                ExpiresAt = token.ExpiresAt,
                User = parsed.GetRequiredValue(user),
                Domain = parsed.GetRequiredValue(domain),
            };
            login.Write(host);
            string? where = token.Content.Project is { Name: { } name } ? $", project {name}" : null;
            Answer(parsed, host).WriteFacts(
                $"Signed in at {login.Endpoint} as {login.User} of {login.Domain}{where}, until {CommandTable.Instant(login.ExpiresAt)}.",
                new JsonObject
                {
                    ["endpoint"] = login.Endpoint,
                    ["user"] = login.User,
                    ["domain"] = login.Domain,
                    ["project"] = token.Content.Project?.Name,
                    ["expires_at"] = CommandTable.Instant(login.ExpiresAt),
                });
            return ExitCode.Ok;
        });
        return verb;
    }

    public static Command CreateLogout(CliHost host)
    {
        var verb = new Command("logout", "Ends the login: the token counts no more and is removed.");
        verb.SetAction(async (parsed, cancel) =>
        {
            SavedLogin? login;
            try
            {
                login = SavedLogin.Read(host);
            }
            finally
            {
                SavedLogin.Delete(host);
            }

            if (login is null)
            {
                Answer(parsed, host).WriteFacts("Nobody was signed in.", new JsonObject { ["signed_out"] = false });
                return ExitCode.Ok;
            }

            return await RevokeAsync(host, Answer(parsed, host), login, cancel);
        });
        return verb;
    }

    private static async Task<int> RevokeAsync(CliHost host, AnswerWriter answer, SavedLogin login, CancellationToken cancel)
    {
        try
        {
            using HttpClient http = Open(new Uri(login.Endpoint + "/"), $"the login in {SavedLogin.PathOf(host)}");
            await new TokenService(http).RevokeAsync(login.Token, cancel);
        }
        catch (BrokerException fault)
        {
            await host.Error.WriteLineAsync(
                $"cbroker: {fault.Message} The token is removed here, and counts there until {CommandTable.Instant(login.ExpiresAt)}.");
            return ExitCode.Of(fault.Reason);
        }

        answer.WriteFacts(
            $"Signed out {login}.", new JsonObject { ["signed_out"] = true, ["endpoint"] = login.Endpoint, ["user"] = login.User, ["domain"] = login.Domain });
        return ExitCode.Ok;
    }

    private static HttpClient Open(Uri endpoint, string origin) =>
        new(new AddressOrigin(origin, BrokerAuthenticationHandler.Bare())) { BaseAddress = endpoint, Timeout = TimeSpan.FromSeconds(30) };

    private static AnswerWriter Answer(ParseResult parsed, CliHost host) => new(host.Out, host.Error, GlobalOptions.FormatOf(parsed));

    private static bool IsId(string? text) => text is { Length: 32 } && text.All(char.IsAsciiHexDigitLower);
}
