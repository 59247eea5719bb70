using System.CommandLine;
using System.Globalization;
using CommandBroker.Cli.Output;
using CommandBroker.Client.Wire;
using CommandBroker.Client.Wire.Identity;
using CommandBroker.Contracts;
using CommandBroker.Contracts.Identity;

namespace CommandBroker.Cli.Identity;

/// <summary><c>cbroker tenant list|create|show|quota|enable|disable</c>.</summary>
internal static class TenantVerbs
{
    private const string Manual = """
        Makes and shows tenants: domains, and the projects in them.

        A source server belongs to a project, a user to a domain. Nobody sees what is in another domain. Domains, and what a
        project may use, are the business of the broker's administrators (admin in the domain 'default').

        Examples:
          cbroker tenant create team-a
          cbroker tenant create north --new-domain
          cbroker tenant list --domains
          cbroker tenant quota ID --source-servers 500 --pending-commands 100000 --requests-per-second 200
        """;

    public static Command Create(CliHost host) => new ManualCommand("tenant", Manual)
    {
        List(host),
        Create(host, "create"),
        Show(host),
        TenantQuotaVerb.Create(host),
        Enable(host, "enable", "Enables a project or a domain again.", isEnabled: true),
        Enable(host, "disable", "Disables a project or a domain: its credentials are refused and its source servers rest until it is enabled.", isEnabled: false),
    };

    /// <summary>Writes one tenant.</summary>
    public static void Write(CliSession session, TenantView tenant) =>
        session.Answer.Write(tenant, WireJson.Readable.TenantView, output =>
        {
            output.WriteLine($"{(tenant.DomainId is null ? "domain " : "project")}              {tenant.TenantId}");
            output.WriteLine($"name                 {TextTable.OneLine(tenant.Name)}");
            if (tenant.DomainId is { } domainId)
            {
                output.WriteLine($"domain               {domainId}");
                output.WriteLine($"source servers       {Quota(tenant.MaxSourceServers)}");
                output.WriteLine($"pending commands     {Quota(tenant.MaxPendingCommands)}");
                output.WriteLine($"requests per second  {Quota(tenant.MaxRequestsPerSecond)}");
            }

            output.WriteLine($"enabled              {(tenant.IsEnabled ? "yes" : "no")}");
        });

    private static Command List(CliHost host)
    {
        Option<string?> domainId = IdentityParts.DomainId();
        var domains = new Option<bool>("--domains") { Description = "List domains instead of projects" };
        var verb = new Command("list", "Lists the projects of a domain, or the domains.") { domainId, domains };
        verb.SetAction(async (parsed, cancel) =>
        {
            using CliSession session = CliSession.Open(parsed, host);
            if (parsed.GetValue(domains))
            {
                var list = new DomainListRecord { Domains = await session.Identity.ListDomainsAsync(cancel) };
                session.Answer.WriteList(
                    list, WireJson.Readable.DomainListRecord, list.Domains, WireJson.Readable.TenantView, output => WriteTable(list.Domains, output));
            }
            else
            {
                var list = new ProjectListRecord
                {
                    Projects = await session.Identity.ListProjectsAsync(parsed.GetValue(domainId), cancel),
                };
                session.Answer.WriteList(
                    list, WireJson.Readable.ProjectListRecord, list.Projects, WireJson.Readable.TenantView, output => WriteTable(list.Projects, output));
            }

            return ExitCode.Ok;
        });
        return verb;
    }

    private static Command Create(CliHost host, string name)
    {
        var tenant = new Argument<string>("NAME") { Description = "Its name, 1 to 64 characters" };
        Option<string?> domainId = IdentityParts.DomainId();
        var newDomain = new Option<bool>("--new-domain") { Description = "Make a domain, with a project named default, instead of a project" };
        var verb = new Command(name, "Makes a project, or a domain.") { tenant, domainId, newDomain };
        verb.SetAction(async (parsed, cancel) =>
        {
            using CliSession session = CliSession.Open(parsed, host);
            string wanted = parsed.GetRequiredValue(tenant);
            Write(session, parsed.GetValue(newDomain)
                ? await session.Identity.CreateDomainAsync(wanted, cancel)
                : await session.Identity.CreateProjectAsync(wanted, parsed.GetValue(domainId), cancel));
            return ExitCode.Ok;
        });
        return verb;
    }

    private static Command Show(CliHost host)
    {
        Argument<string> id = IdentityParts.Tenant();
        var verb = new Command("show", "Shows a project or a domain.") { id };
        verb.SetAction(async (parsed, cancel) =>
        {
            using CliSession session = CliSession.Open(parsed, host);
            string wanted = parsed.GetRequiredValue(id);
            Write(session, await session.Identity.ShowTenantAsync(wanted, cancel)
                ?? throw new BrokerException(BrokerErrorReason.UnknownIdentity, $"There is no project or domain {wanted}."));
            return ExitCode.Ok;
        });
        return verb;
    }

    private static Command Enable(CliHost host, string name, string description, bool isEnabled)
    {
        Argument<string> id = IdentityParts.Tenant();
        var verb = new Command(name, description) { id };
        verb.SetAction(async (parsed, cancel) =>
        {
            using CliSession session = CliSession.Open(parsed, host);
            Write(session, await session.Identity.ChangeTenantAsync(
                parsed.GetRequiredValue(id), new TenantChange { IsEnabled = isEnabled }, cancel));
            return ExitCode.Ok;
        });
        return verb;
    }

    private static void WriteTable(IEnumerable<TenantView> tenants, TextWriter output)
    {
        var table = new TextTable("ID", "NAME", "ENABLED", "SOURCE SERVERS", "PENDING", "REQUESTS/S");
        foreach (TenantView tenant in tenants)
        {
            table.Add(
                tenant.TenantId,
                tenant.Name,
                tenant.IsEnabled ? "yes" : "no",
                Number(tenant.MaxSourceServers),
                Number(tenant.MaxPendingCommands),
                Number(tenant.MaxRequestsPerSecond));
        }

        table.WriteTo(output);
    }

    private static string Quota(int? quota) => Number(quota) ?? "as the broker";

    private static string? Number(int? quota) => quota?.ToString(CultureInfo.InvariantCulture);
}
