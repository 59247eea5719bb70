using System.CommandLine;
using CommandBroker.Contracts.Identity;

namespace CommandBroker.Cli.Identity;

/// <summary><c>cbroker tenant quota ID</c>.</summary>
internal static class TenantQuotaVerb
{
    private const string Manual = """
        Shows what a project may use, or changes it.

        A quota that is not named stays; 0 takes the project's own away, so that the broker's setting counts. Broker
        administrators only.

        Examples:
          cbroker tenant quota ID
          cbroker tenant quota ID --source-servers 500 --requests-per-second 0
        """;

    public static Command Create(CliHost host)
    {
        Argument<string> id = IdentityParts.Tenant();
        Option<int?> servers = Quota("--source-servers", "Source servers it may register");
        Option<int?> commands = Quota("--pending-commands", "Pending commands it may have over all its source servers");
        Option<int?> requests = Quota("--requests-per-second", "Requests it may make in a second at each gateway");
        var verb = new ManualCommand("quota", Manual) { id, servers, commands, requests };
        verb.SetAction(async (parsed, cancel) =>
        {
            using CliSession session = CliSession.Open(parsed, host);
            var change = new TenantChange
            {
                MaxSourceServers = parsed.GetValue(servers),
                MaxPendingCommands = parsed.GetValue(commands),
                MaxRequestsPerSecond = parsed.GetValue(requests),
            };
            string tenant = parsed.GetRequiredValue(id);
            TenantVerbs.Write(session, change == new TenantChange()
                ? await session.Identity.ShowTenantAsync(tenant, cancel)
                    ?? throw new Contracts.BrokerException(Contracts.BrokerErrorReason.UnknownIdentity, $"There is no project {tenant}.")
                : await session.Identity.ChangeTenantAsync(tenant, change, cancel));
            return ExitCode.Ok;
        });
        return verb;
    }

    private static Option<int?> Quota(string name, string description) => new(name) { Description = $"{description}; 0: as the broker", HelpName = "COUNT" };
}
