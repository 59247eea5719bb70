using System.Net;
using System.Net.Sockets;
using CommandBroker.Contracts;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Messaging;
using Xunit;

namespace CommandBroker.Client.Tests;

/// <summary>What a host with a grain client says at its start when there is no broker.</summary>
public sealed class BrokerSearchTests
{
    [Fact]
    public async Task A_start_without_a_broker_ends_with_one_sentence_that_names_address_cluster_and_knob()
    {
        int port = ClosedPort();

        BrokerException fault = await Assert.ThrowsAsync<BrokerException>(() => StartAsync(client =>
            client.UseLocalhostClustering(gatewayPort: port, serviceId: "the-service", clusterId: "the-cluster")));

        Assert.Equal((BrokerErrorReason.Unreachable, true), (fault.Reason, fault.IsTransient));
        Assert.Contains($"at 127.0.0.1:{port} (cluster the-cluster, service the-service): ", fault.Message, StringComparison.Ordinal);
        Assert.Contains("Silo:GatewayPort", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', fault.Message);
    }

    [Fact]
    public async Task A_start_in_a_cluster_without_silos_says_that_none_is_listed()
    {
        BrokerException fault = await Assert.ThrowsAsync<BrokerException>(() => StartAsync(client =>
        {
            client.Services.AddSingleton<IGatewayListProvider>(new ListOf());
            client.Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = ("the-cluster", "the-service"));
        }));

        Assert.StartsWith("No silo is listed (cluster the-cluster, service the-service).", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_that_chose_to_wait_is_asked_instead()
    {
        var asked = new TaskCompletionSource<Exception>();

        await Assert.ThrowsAnyAsync<Orleans.Runtime.OrleansException>(() => StartAsync(client => client
            .UseLocalhostClustering(gatewayPort: ClosedPort())
            .UseConnectionRetryFilter((fault, _) =>
            {
                asked.TrySetResult(fault);
                return Task.FromResult(false);
            })));

        Assert.True(asked.Task.IsCompletedSuccessfully);
    }

    private static async Task StartAsync(Action<IClientBuilder> clustering)
    {
        ServiceCollection services = [];
        services.AddLogging();
        services.AddCommandBrokerClient(clustering);
        await using ServiceProvider host = services.BuildServiceProvider();
        foreach (IHostedService service in host.GetServices<IHostedService>())
        {
            await service.StartAsync(CancellationToken.None);
        }
    }

    // Nobody listens where somebody has just stopped to.
    private static int ClosedPort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    private sealed class ListOf(params Uri[] places) : IGatewayListProvider
    {
        public TimeSpan MaxStaleness => TimeSpan.FromMinutes(1);

        public bool IsUpdatable => true;

        public Task InitializeGatewayListProvider() => Task.CompletedTask;

        public Task<IList<Uri>> GetGateways() => Task.FromResult<IList<Uri>>(places);
    }
}
