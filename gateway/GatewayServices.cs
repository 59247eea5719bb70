using CommandBroker.Gateway.Commands;
using CommandBroker.Gateway.ExternalIam;
using CommandBroker.Gateway.Grains;
using CommandBroker.Gateway.Health;
using CommandBroker.Gateway.Http;
using CommandBroker.Gateway.Iam;
using CommandBroker.Gateway.Identity;
using CommandBroker.Gateway.Management;
using CommandBroker.Gateway.Management.Identity;
using CommandBroker.Gateway.Sources;
using CommandBroker.Gateway.Tls;
using CommandBroker.Gateway.Vendor;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace CommandBroker.Gateway;

/// <summary>Adds the gateway to a host.</summary>
public static class GatewayServices
{
    /// <summary>
    /// Adds the gateway: settings from sections <c>Gateway</c> and <c>Identity</c>, checked at the start, the web server's limits, the credentials and the endpoints.
    /// The host must have an Orleans silo or client. Adding it twice is harmless.
    /// </summary>
    public static IServiceCollection AddCommandBrokerGateway(this IServiceCollection services)
    {
        services.AddOptions<GatewayOptions>().BindConfiguration(GatewayOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton<GatewayTls>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IStartupFilter, TrustedProxies>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IConfigureOptions<KestrelServerOptions>, GatewayKestrelSetup>());

        // A fleet that comes back, or a balancer with that fleet behind it, opens thousands of connections in one instant. With Kestrel's usual 512 the
        // kernel drops what is beyond, and a balancer takes that for a gateway that died. The kernel has the last word (net.core.somaxconn).
        services.Configure<SocketTransportOptions>(static sockets => sockets.Backlog = 16_384);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IBrokerGrains, OrleansGrains>();
        services.TryAddSingleton<ILocalQueues, NoLocalQueues>();
        services.TryAddSingleton(new StartProgress());
        services.TryAddSingleton<Drain>();
        services.TryAddSingleton<SourceServerCache>();
        services.TryAddSingleton<RequestGate>();
        services.AddOptions<AdmissionOptions>().BindConfiguration(AdmissionOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton<RequestBudgets>();
        services.TryAddSingleton<IdentityCache>();
        services.TryAddSingleton<AuditQueue>();
        services.AddHostedService(provider => provider.GetRequiredService<AuditQueue>());
        services.TryAddSingleton<TokenProof>();
        services.TryAddSingleton<SignatureParts>();
        services.TryAddSingleton<UnprovenBodies>();
        services.TryAddSingleton<SignatureProof>();
        services.TryAddSingleton<CertificateProof>();
        services.TryAddSingleton<Admission>();
        services.TryAddSingleton<IdentityRefresh>();
        services.AddHostedService(provider => provider.GetRequiredService<IdentityRefresh>());
        services.AddExternalIam();
        services.AddIam();
        services.TryAddSingleton<VendorBorder>();
        services.TryAddSingleton<UnsentReleases>();
        services.TryAddSingleton<LatePolls>();
        services.TryAddSingleton<PollEndpoint>();
        services.TryAddSingleton<ReportEndpoint>();
        services.TryAddSingleton<SourceServerEndpoints>();
        services.TryAddSingleton<ManagementBorder>();
        services.TryAddSingleton<ManagementRequest>();
        services.TryAddSingleton<EnqueueKey>();
        services.TryAddSingleton<CommandEndpoints>();
        services.TryAddSingleton<BatchEndpoint>();
        services.AddIdentityManagement();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<MatcherPolicy, ExactCasePolicy>());
        services.AddHealth();
        services.TryAddSingleton<UnknownRoute>();
        return services;
    }
}
