using System.Collections.Immutable;
using CommandBroker.Client.Wire;
using CommandBroker.Client.Wire.Identity;
using CommandBroker.Contracts.Identity;
using CommandBroker.Gateway.Grains;
using CommandBroker.Gateway.Identity;

namespace CommandBroker.Gateway.Management.Identity;

/// <summary><c>/api/v1/domains</c> and <c>/api/v1/projects</c>.</summary>
internal sealed class TenantEndpoints(ManagementBorder border, ManagementRequest request, IBrokerGrains grains)
{
    private const string Domain = "domain";
    private const string Project = "project";

    private const int MaxLimit = 1_000;

    private static readonly WireJson Wire = WireJson.Readable;

    /// <summary><c>/api/v1/domains</c>.</summary>
    public Task DomainsAsync(HttpContext context) => context.Request.Method switch
    {
        "GET" => border.RunAsync(context, "GET", Permission.ReadIdentity, ListDomainsAsync, "after", "limit"),
        "POST" => border.RunWithBodyAsync(context, "POST", Permission.ManageIdentity, CreateDomainAsync),
        _ => border.RefuseMethodAsync(context, "GET, POST").AsTask(),
    };

    /// <summary><c>/api/v1/domains/{id}</c>.</summary>
    public Task DomainAsync(HttpContext context) => MemberAsync(context, Domain);

    /// <summary><c>/api/v1/projects</c>.</summary>
    public Task ProjectsAsync(HttpContext context) => context.Request.Method switch
    {
        "GET" => border.RunAsync(context, "GET", Permission.ReadIdentity, ListProjectsAsync, "domain_id", "after", "limit"),
        "POST" => border.RunWithBodyAsync(context, "POST", Permission.ManageIdentity, CreateProjectAsync),
        _ => border.RefuseMethodAsync(context, "GET, POST").AsTask(),
    };

    /// <summary><c>/api/v1/projects/{id}</c>.</summary>
    public Task ProjectAsync(HttpContext context) => MemberAsync(context, Project);

    private Task MemberAsync(HttpContext context, string kind) => context.Request.Method switch
    {
        "GET" => border.RunAsync(context, "GET", Permission.ReadIdentity, async (http, principal) =>
            Ok(await FindAsync(IdentityRequest.CallerOf(http, principal), IdentityRequest.ReadId(http), kind))),
        "PATCH" => border.RunWithBodyAsync(context, "PATCH", Permission.ManageIdentity, async (http, principal) =>
        {
            TenantChange change = await request.ReadBodyAsync(http, WireJson.Strict.TenantChange);
            AdminCaller caller = IdentityRequest.CallerOf(http, principal);
            TenantView found = await FindAsync(caller, IdentityRequest.ReadId(http), kind);
            return Ok(await grains.IdentityAdmin.ChangeTenantAsync(caller, found.TenantId, change));
        }),
        _ => border.RefuseMethodAsync(context, "GET, PATCH").AsTask(),
    };

    private async ValueTask<ManagementAnswer> ListDomainsAsync(HttpContext context, Principal principal)
    {
        int limit = IdentityRequest.ReadLimit(context, MaxLimit);
        ImmutableArray<TenantView> page = await grains.IdentityAdmin.ListDomainsAsync(
            IdentityRequest.CallerOf(context, principal), IdentityRequest.ReadText(context, "after"), limit);
        return ManagementAnswer.Ok(new DomainListRecord { Domains = page, NextAfter = NextOf(page, limit) }, Wire.DomainListRecord);
    }

    private async ValueTask<ManagementAnswer> CreateDomainAsync(HttpContext context, Principal principal)
    {
        NewTenantBody body = await request.ReadBodyAsync(context, WireJson.Strict.NewTenantBody);
        return Created("domains", await grains.IdentityAdmin.CreateDomainAsync(IdentityRequest.CallerOf(context, principal), NameOf(body)));
    }

    private async ValueTask<ManagementAnswer> ListProjectsAsync(HttpContext context, Principal principal)
    {
        string domainId = IdentityRequest.ReadText(context, "domain_id") ?? principal.DomainId;
        int limit = IdentityRequest.ReadLimit(context, MaxLimit);
        ImmutableArray<TenantView> page = await grains.IdentityAdmin.ListProjectsAsync(
            IdentityRequest.CallerOf(context, principal), domainId, IdentityRequest.ReadText(context, "after"), limit);
        return ManagementAnswer.Ok(new ProjectListRecord { Projects = page, NextAfter = NextOf(page, limit) }, Wire.ProjectListRecord);
    }

    private async ValueTask<ManagementAnswer> CreateProjectAsync(HttpContext context, Principal principal)
    {
        NewTenantBody body = await request.ReadBodyAsync(context, WireJson.Strict.NewTenantBody);
        return Created("projects", await grains.IdentityAdmin.CreateProjectAsync(
            IdentityRequest.CallerOf(context, principal), body.DomainId ?? principal.DomainId, NameOf(body)));
    }

    // A project's id is no domain's: each is found below its own path only.
    private async ValueTask<TenantView> FindAsync(AdminCaller caller, string id, string kind) =>
        await grains.IdentityAdmin.ShowTenantAsync(caller, id) is { } found && (found.DomainId is null) == (kind == Domain)
            ? found
            : throw IdentityRequest.Unknown(kind);

    private static string? NextOf(ImmutableArray<TenantView> page, int limit) => page.Length == limit ? page[^1].Name : null;

    private static string NameOf(NewTenantBody body) =>
        body.Name ?? throw new BrokerException(BrokerErrorReason.InvalidArgument, "name is missing; 1 to 64 characters are needed.");

    private static ManagementAnswer Ok(TenantView tenant) => ManagementAnswer.Ok(tenant, Wire.TenantView);

    private static ManagementAnswer Created(string family, TenantView tenant) =>
        ManagementAnswer.Created(tenant, Wire.TenantView, $"/api/v1/{family}/{tenant.TenantId}");
}
