using Microsoft.Extensions.DependencyInjection.Extensions;

namespace CommandBroker.Gateway.Management.Identity;

/// <summary>The identity part of the management routes.</summary>
internal static class IdentityManagementRoutes
{
    /// <summary>Adds what handles them.</summary>
    public static void AddIdentityManagement(this IServiceCollection services)
    {
        services.TryAddSingleton<TenantEndpoints>();
        services.TryAddSingleton<UserEndpoints>();
        services.TryAddSingleton<AccessKeyEndpoints>();
        services.TryAddSingleton<AuditEndpoint>();
        services.TryAddSingleton<IdentityKeyEndpoints>();
    }

    /// <summary>Maps them.</summary>
    public static void MapIdentityManagement(this IEndpointRouteBuilder routes)
    {
        IServiceProvider services = routes.ServiceProvider;
        RouteGroupBuilder family = routes.MapGroup("/api/v1");
        TenantEndpoints tenants = services.GetRequiredService<TenantEndpoints>();
        family.Map("/domains", tenants.DomainsAsync);
        family.Map("/domains/{id}", tenants.DomainAsync);
        family.Map("/projects", tenants.ProjectsAsync);
        family.Map("/projects/{id}", tenants.ProjectAsync);
        UserEndpoints users = services.GetRequiredService<UserEndpoints>();
        family.Map("/users", users.CollectionAsync);
        family.Map("/users/{id}", users.MemberAsync);
        AccessKeyEndpoints keys = services.GetRequiredService<AccessKeyEndpoints>();
        family.Map("/keys", keys.CollectionAsync);
        family.Map("/keys/{access_key}", keys.MemberAsync);
        family.Map("/keys/{access_key}/rotate", keys.RotateAsync);
        family.Map("/sources/{server_id}/agent-key", keys.AgentKeyAsync);
        family.Map("/audit", services.GetRequiredService<AuditEndpoint>().HandleAsync);
        IdentityKeyEndpoints own = services.GetRequiredService<IdentityKeyEndpoints>();
        family.Map("/identity/rotate-token-key", own.RotateTokenKeyAsync);
        family.Map("/identity/reencrypt", own.ReencryptAsync);
    }
}
