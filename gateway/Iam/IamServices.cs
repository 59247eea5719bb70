using CommandBroker.Gateway.Identity;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace CommandBroker.Gateway.Iam;

/// <summary>The embedded IAM.</summary>
internal static class IamServices
{
    /// <summary>Adds its parts.</summary>
    public static void AddIam(this IServiceCollection services)
    {
        services.TryAddSingleton<SignInThrottle>();
        services.TryAddSingleton<IamBorder>();
        services.TryAddSingleton<SignInDesk>();
        services.TryAddSingleton<TokenEndpoints>();
        services.TryAddSingleton<TenantEndpoints>();
    }

    /// <summary>Maps its routes, unless <see cref="AdmissionOptions.EmbeddedIam"/> says otherwise.</summary>
    public static void MapIam(this IEndpointRouteBuilder routes)
    {
        IServiceProvider services = routes.ServiceProvider;
        AdmissionOptions options = services.GetRequiredService<IOptions<AdmissionOptions>>().Value;
        if (!options.EmbeddedIam)
        {
            return;
        }

        TenantEndpoints tenants = services.GetRequiredService<TenantEndpoints>();
        TokenEndpoints tokens = services.GetRequiredService<TokenEndpoints>();
        routes.Map("/v3/auth/tokens", options.IsEmbedded ? tokens.HandleAsync : tokens.RefuseAsync);
        routes.Map("/v3/auth/domains", tenants.DomainsAsync);
        routes.Map("/v3/projects", tenants.ProjectsAsync);
    }
}
