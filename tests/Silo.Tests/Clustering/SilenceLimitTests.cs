using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Net.Sockets;
using CommandBroker.Silo.Clustering;
using CommandBroker.Storage;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace CommandBroker.Silo.Tests.Clustering;

/// <summary>The kernel is asked, not the code: what counts is the option on the socket that is used.</summary>
public sealed class SilenceLimitTests
{
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(7.5);

    private static readonly SocketLimits Expected = new()
    {
        UserTimeout = OperatingSystem.IsLinux() ? Silence : null,
        IsKeptAlive = true,
        KeepAliveTime = TimeSpan.FromSeconds(1),
        KeepAliveInterval = TimeSpan.FromSeconds(1),
        ClosesAtOnce = true,
    };

    [Fact]
    public async Task A_gateways_connection_to_a_silo_ends_when_the_silo_is_silent_for_Cluster_GatewaySilenceTimeout()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddOrleansClient(client => client.UseCluster(Choice(BrokerRole.Gateway, gatewayPort: 0)));
        await using ServiceProvider provider = services.BuildServiceProvider();
        using TcpListener silo = Listen();

        IConnectionFactory connections = Assert.Single(Keyed<IConnectionFactory>(services, provider));
        await using ConnectionContext connection = await connections.ConnectAsync(silo.LocalEndpoint);

        Assert.Equal(Expected, SocketLimits.Of(connection));
        connection.Abort();
    }

    [Fact]
    public async Task A_silos_connection_to_a_gateway_ends_when_the_gateway_is_silent_for_Cluster_GatewaySilenceTimeout()
    {
        int gatewayPort = FreePort();
        HostApplicationBuilder host = Host.CreateApplicationBuilder();
        host.UseOrleans(silo => silo.UseCluster(Choice(BrokerRole.Silo, gatewayPort)));
        await using ServiceProvider provider = host.Services.BuildServiceProvider();

        foreach (IConnectionListenerFactory listeners in Keyed<IConnectionListenerFactory>(host.Services, provider))
        {
            await using IConnectionListener listener = await listeners.BindAsync(new IPEndPoint(IPAddress.Loopback, gatewayPort));
            using var gateway = new TcpClient();
            Task<ConnectionContext?> accepting = listener.AcceptAsync().AsTask();
            await gateway.ConnectAsync(IPAddress.Loopback, gatewayPort);
            await using ConnectionContext? accepted = await accepting;

            Assert.Equal(Expected, SocketLimits.Of(accepted!));
            accepted!.Abort();
        }
    }

    [Fact]
    public async Task A_silos_port_for_silos_stays_with_Orleans()
    {
        var orleans = new RefusingListeners();
        var listeners = new GatewayListeners(gatewayPort: 1, Silence, orleans, NullLoggerFactory.Instance);

        await Assert.ThrowsAsync<NotSupportedException>(() => listeners.BindAsync(new IPEndPoint(IPAddress.Loopback, 2)).AsTask());
        Assert.Equal(2, orleans.Asked?.Port);
    }

    [Fact]
    public async Task A_silo_that_refuses_and_an_attempt_that_is_given_up_are_told()
    {
        using var connector = new SiloConnector(Silence, NullLoggerFactory.Instance);
        using TcpListener silo = Listen();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connector.ConnectAsync(silo.LocalEndpoint, new CancellationToken(canceled: true)).AsTask());
        silo.Stop();
        await Assert.ThrowsAsync<SocketException>(() => connector.ConnectAsync(new IPEndPoint(IPAddress.Loopback, FreePort())).AsTask());
    }

    [Fact]
    public void An_Orleans_that_offers_no_place_for_it_stops_the_start()
    {
        var refusal = Assert.Throws<InvalidOperationException>(() => new ServiceCollection().ReplaceKeyed<IConnectionFactory>((_, orleans) => orleans));

        Assert.Matches("^Orleans .+ registers no IConnectionFactory under a key, so that neither Cluster:GatewaySilenceTimeout nor closed ports can be kept; Orleans 10.4 does.$", refusal.Message);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(300, true)]
    [InlineData(0.999, false)]
    [InlineData(300.001, false)]
    public void It_may_be_set_from_a_second_to_five_minutes(double seconds, bool isAllowed)
    {
        var options = new ClusteringOptions { GatewaySilenceTimeout = TimeSpan.FromSeconds(seconds) };

        Assert.Equal(isAllowed, Validator.TryValidateObject(options, new ValidationContext(options), validationResults: null, validateAllProperties: true));
    }

    private static ClusterChoice Choice(string role, int gatewayPort) => new()
    {
        Silo = new SiloOptions { Role = role, Address = "127.0.0.1", SiloPort = 1, GatewayPort = gatewayPort },
        Options = new ClusteringOptions { GatewaySilenceTimeout = Silence },
        Provider = StorageProvider.Postgres,
        ConnectionString = "Host=nowhere.invalid",
    };

    private static IEnumerable<T> Keyed<T>(IServiceCollection services, IServiceProvider provider)
        where T : class
    {
        object?[] keys = [.. services.Where(service => service.ServiceType == typeof(T) && service.IsKeyedService).Select(service => service.ServiceKey)];
        Assert.NotEmpty(keys);
        return keys.Select(provider.GetRequiredKeyedService<T>);
    }

    private static TcpListener Listen()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return listener;
    }

    private static int FreePort()
    {
        using TcpListener probe = Listen();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    private sealed class RefusingListeners : IConnectionListenerFactory
    {
        public IPEndPoint? Asked { get; private set; }

        public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
        {
            Asked = (IPEndPoint)endpoint;
            throw new NotSupportedException();
        }
    }
}
