using CommandBroker.Gateway.Identity;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace CommandBroker.Gateway.ExternalIam;

/// <summary>Whose tokens count: the broker's own or an external IAM's.</summary>
internal static class ExternalIamServices
{
    /// <summary>Adds what <see cref="AdmissionOptions.Mode"/> may name; of the two IAMs only the one that it names is made.</summary>
    public static void AddExternalIam(this IServiceCollection services)
    {
        AddOptions(services);
        services.AddIamHttp();
        services.TryAddSingleton<TokenThrottle>();
        services.TryAddSingleton<IamReach>();
        services.TryAddSingleton<KeystoneSession>();
        services.TryAddSingleton<KeystoneIam>();
        services.TryAddSingleton<OidcMetadata>();
        services.TryAddSingleton<OidcIam>();
        services.TryAddSingleton<IExternalIam>(provider => Mode(provider) == IdentityMode.Keystone
            ? provider.GetRequiredService<KeystoneIam>()
            : provider.GetRequiredService<OidcIam>());
        services.TryAddSingleton<ExternalPrincipals>();
        services.TryAddSingleton<ExternalTokens>();
        services.TryAddSingleton<ExternalTokenProof>();
        services.TryAddSingleton<ITokenProof>(provider => Mode(provider) == IdentityMode.Embedded
            ? provider.GetRequiredService<TokenProof>()
            : provider.GetRequiredService<ExternalTokenProof>());
        services.AddHostedService<ExternalIamCheck>();
    }

    private static void AddOptions(IServiceCollection services)
    {
        services.AddOptions<ExternalIamOptions>().BindConfiguration(ExternalIamOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<KeystoneOptions>().BindConfiguration(KeystoneOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<OidcOptions>().BindConfiguration(OidcOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ExternalIamOptions>, ExternalIamValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<KeystoneOptions>, IamSettingsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<OidcOptions>, IamSettingsValidator>());
    }

    private static string Mode(IServiceProvider provider) => provider.GetRequiredService<IOptions<AdmissionOptions>>().Value.Mode;
}
