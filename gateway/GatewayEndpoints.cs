using CommandBroker.Gateway.Commands;
using CommandBroker.Gateway.ExternalIam;
using CommandBroker.Gateway.Health;
using CommandBroker.Gateway.Http;
using CommandBroker.Gateway.Iam;
using CommandBroker.Gateway.Identity;
using CommandBroker.Gateway.Management;
using CommandBroker.Gateway.Management.Identity;
using CommandBroker.Gateway.Sources;
using CommandBroker.Gateway.Vendor;

namespace CommandBroker.Gateway;

/// <summary>Maps the broker's routes.</summary>
public static class GatewayEndpoints
{
    /// <summary>Maps every route, and an answer in the right shape for all that is no route. Nothing else can be mapped beside it at the root.</summary>
    public static IEndpointRouteBuilder MapCommandBroker(this IEndpointRouteBuilder routes)
    {
        ArgumentNullException.ThrowIfNull(routes);
        IServiceProvider services = routes.ServiceProvider;
        PollEndpoint poll = services.GetRequiredService<PollEndpoint>();
        ReportEndpoint report = services.GetRequiredService<ReportEndpoint>();
        UnknownRoute unknown = services.GetRequiredService<UnknownRoute>();
        foreach (string family in (string[])["/v3/sources", "/v1/sms/sources"])
        {
            // Without a method, so that HEAD and OPTIONS come to the endpoint, which refuses them, and not to the framework.
            ExactCasePolicy.Guard(routes, family + "/{server_id}/command", poll.HandleAsync, unknown.HandleAsync);
            ExactCasePolicy.Guard(routes, family + "/{server_id}/command_result", report.HandleAsync, unknown.HandleAsync);
        }

        SourceServerEndpoints sources = services.GetRequiredService<SourceServerEndpoints>();
        routes.Map("/", sources.VersionsAsync);
        routes.Map("/v3", sources.VersionAsync);
        routes.Map("/v3/sources", sources.CollectionAsync);
        routes.Map("/v3/sources/delete", sources.BatchDeleteAsync);
        routes.Map("/v3/sources/overview", sources.OverviewAsync);
        routes.Map("/v3/sources/{server_id}", sources.MemberAsync);
        routes.MapIam();
        if (!services.GetRequiredService<IOptions<AdmissionOptions>>().Value.IsEmbedded)
        {
            services.GetRequiredService<IamReach>().Need();
        }

        MapManagement(routes, services);
        return routes.MapCommandBrokerHealth();
    }

    /// <summary>Maps <c>/livez</c> and <c>/readyz</c> alone, and the refusal of everything else: for a process that is no gateway. Part of <see cref="MapCommandBroker"/>.</summary>
    public static IEndpointRouteBuilder MapCommandBrokerHealth(this IEndpointRouteBuilder routes)
    {
        ArgumentNullException.ThrowIfNull(routes);
        HealthEndpoints health = routes.ServiceProvider.GetRequiredService<HealthEndpoints>();
        routes.Map("/livez", health.LiveAsync);
        routes.Map("/readyz", health.ReadyAsync);
        routes.Map("/{**path}", routes.ServiceProvider.GetRequiredService<UnknownRoute>().HandleAsync).WithOrder(int.MaxValue);
        return routes;
    }

    private static void MapManagement(IEndpointRouteBuilder routes, IServiceProvider services)
    {
        CommandEndpoints commands = services.GetRequiredService<CommandEndpoints>();
        RouteGroupBuilder server = routes.MapGroup("/api/v1/sources/{server_id}");
        server.Map("/commands", commands.CollectionAsync);
        server.Map("/commands/{command_id}", commands.ShowAsync);
        server.Map("/commands/{command_id}/cancel", commands.CancelAsync);
        server.Map("/commands/{command_id}/redrive", commands.RedriveAsync);
        server.Map("/history", commands.HistoryAsync);
        server.Map("/settings", commands.SettingsAsync);
        routes.Map("/api/v1/commands", services.GetRequiredService<BatchEndpoint>().HandleAsync);
        routes.MapIdentityManagement();
        routes.Map("/api/v1/{**path}", services.GetRequiredService<ManagementBorder>().UnknownRouteAsync).WithOrder(int.MaxValue - 1);
    }
}
