using CommandBroker.Gateway.Identity;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace CommandBroker.Gateway.Iam;

/// <summary>The embedded IAM.</summary>
internal static class IamServices
{
    /// <summary>Adds its parts.</summary>
    public static void AddIam(this IServiceCollection services)
    {
        services.TryAddSingleton(provider =>
        {
            AdmissionOptions options = provider.GetRequiredService<IOptions<AdmissionOptions>>().Value;
            return new SignInThrottle(new SignInThrottleOptions
            {
                FreeFailures = options.SignInFreeFailures,
                MaxUserDelay = options.SignInMaxUserDelay,
                MaxAddressDelay = options.SignInMaxAddressDelay,
            });
        });
        services.TryAddSingleton<IamBorder>();
        services.TryAddSingleton<SignInDesk>();
        services.TryAddSingleton<TokenEndpoints>();
        services.TryAddSingleton<TenantEndpoints>();
    }

    /// <summary>Maps its routes, unless <see cref="AdmissionOptions.EmbeddedIam"/> says otherwise.</summary>
    public static void MapIam(this IEndpointRouteBuilder routes)
    {
        IServiceProvider services = routes.ServiceProvider;
        if (!services.GetRequiredService<IOptions<AdmissionOptions>>().Value.EmbeddedIam)
        {
            return;
        }

        TenantEndpoints tenants = services.GetRequiredService<TenantEndpoints>();
        routes.Map("/v3/auth/tokens", services.GetRequiredService<TokenEndpoints>().HandleAsync);
        routes.Map("/v3/auth/domains", tenants.DomainsAsync);
        routes.Map("/v3/projects", tenants.ProjectsAsync);
    }
}
