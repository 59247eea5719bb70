using System.Net;
using System.Net.Sockets;
using CommandBroker.Gateway.Grains;
using CommandBroker.Silo.Clustering.Reach;
using CommandBroker.Storage;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime.GrainDirectory;

namespace CommandBroker.Silo.Clustering;

/// <summary>Makes an Orleans silo or client part of the cluster, with times that fit agents who wait: Orleans' own recover in half a minute.</summary>
internal static class ClusterSetup
{
    // How often a silo writes that it lives: a row's update. A vote needs a majority of those who wrote within three of these, so this is
    // also how soon one survivor of three can act alone (Orleans' 30 s would let it wait for 90).
    private static readonly TimeSpan AliveInterval = TimeSpan.FromSeconds(2);

    // Gossip tells changes at once; this only finds what gossip lost.
    private static readonly TimeSpan TableRefreshInterval = TimeSpan.FromSeconds(10);

    // A gateway that finds no silo asks again at once; this is how soon it knows of one that was started.
    private static readonly TimeSpan GatewayListInterval = TimeSpan.FromSeconds(1);

    // What may keep a silo from joining (another one that is listed, takes connections and never answers) is left to a new start after this.
    private static readonly TimeSpan JoinTimeout = TimeSpan.FromSeconds(40);

    // How much worse, in hundredths, the silo that a call comes to may be than the best one and still get the source server's queue. A gateway sends all calls for
    // one source server to one silo, so a queue that is there costs one hop and one elsewhere two. Orleans' 5 would let an ordinary difference of load decide; without
    // a limit a silo that came back would get nothing for as long as the others live.
    private const int LocalPreference = 25;

    // On a private network a connection opens in milliseconds or not at all.
    private static readonly TimeSpan OpenConnectionTimeout = TimeSpan.FromSeconds(1);

    // Between silos, and for what a silo does at its start: no agent waits for it, and calls to a silo that was declared dead end at once anyway.
    private static readonly TimeSpan SiloCallTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ConnectionRetryDelay = TimeSpan.FromMilliseconds(250);

    // How long a silo keeps answers for a gateway whose connection ended; Orleans looks once in as long, so it may be twice that. What it has kept until then is dropped and its
    // calls end as unknown; later answers go by way of a silo that the gateway does reach. It is time for an attempt to connect that is refused, a pause and another attempt, not
    // for one that is not answered: packets vanish then, and each part of a second that is waited for them is one that source servers behind that gateway wait. With Orleans'
    // minute all would.
    private static readonly TimeSpan LostGatewayTimeout = 2 * ConnectionRetryDelay;

    /// <summary>
    /// How long a silo that stops waits for what is on its way, each time it has said something: to the gateways that they should send elsewhere, to
    /// the silos that its queues are gone, and that it is gone itself. Orleans' default is not at all, and a request that arrives as a connection closes is answered by nobody.
    /// </summary>
    internal static readonly TimeSpan StopPause = TimeSpan.FromMilliseconds(200);

    /// <summary>A silo of the cluster, or a cluster of one on loopback.</summary>
    public static void UseCluster(this ISiloBuilder silo, ClusterChoice choice)
    {
        SiloOptions own = choice.Silo;
        IPAddress address = AddressOf(own.Address);
        int siloPort = own.SiloPort == 0 ? FreePort(address) : own.SiloPort;
        int gatewayPort = own.GatewayPort == 0 ? FreePort(address) : own.GatewayPort;
        if (choice.Options.CertificateDirectory is { Length: > 0 } certificates)
        {
            silo.UseClusterCertificates(certificates);
        }

        silo.Configure<GrainCollectionOptions>(collection => collection.CollectionAge = own.QueueIdleAge);
        silo.Configure<GrainDirectoryOptions>(directory => directory.CachingStrategy = GrainDirectoryOptions.CachingStrategyType.Custom);
        silo.Services.AddSingleton<IGrainDirectoryCache, DirectoryCache>();
        if (own.HasGateway && choice.Provider == StorageProvider.Postgres)
        {
            // Calls of one source server wait for each other: the last of them would else wait for several commits that PostgreSQL leaves without an answer.
            // Orleans looks for overdue calls once a second.
            silo.Services.AddOptions<SiloMessagingOptions>().PostConfigure<IOptions<StorageOptions>>(
                (messaging, storage) => messaging.ResponseTimeout = storage.Value.CommitTimeout);
        }

        if (choice.ConnectionString is null)
        {
            silo.UseLocalhostClustering(siloPort, gatewayPort, primarySiloEndpoint: null, own.ServiceId, own.ClusterId);
            silo.Configure<EndpointOptions>(endpoint => endpoint.AdvertisedIPAddress = IPAddress.Loopback);
            silo.Services.ReplaceKeyed<IConnectionListenerFactory>((_, listeners) => new ClosedListeners(own.GatewayPort, listeners));
            return;
        }

        silo.UseAdoNetClustering(options => (options.Invariant, options.ConnectionString) = (MembershipConnection.Invariant, choice.ConnectionString));
        silo.Services.AddSingleton<IMembershipTable, SteadyMembershipTable>();
        silo.Configure<ClusterOptions>(cluster => Name(cluster, own));
        silo.Configure<EndpointOptions>(endpoint =>
            (endpoint.AdvertisedIPAddress, endpoint.SiloPort, endpoint.GatewayPort) = (address, siloPort, gatewayPort));
        silo.Configure<ClusterMembershipOptions>(membership => Tune(membership, choice.Options));
        silo.Configure<SiloMessagingOptions>(Tune);
        silo.Configure<ConnectionOptions>(Tune);
        silo.Configure<ResourceOptimizedPlacementOptions>(placement => placement.LocalSiloPreferenceMargin = LocalPreference);
        silo.Services.ReplaceKeyed<IConnectionListenerFactory>((services, others) =>
            new GatewayListeners(gatewayPort, choice.Options.GatewaySilenceTimeout, others, services.GetRequiredService<ILoggerFactory>()));
        silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, LastPause>();
        silo.Services.AddSingleton<IncomingCalls>();
        silo.Services.AddHostedService<QueueMoves>();
        silo.Services.AddSingleton<DeadSiloSweep>();
        silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(services => services.GetRequiredService<DeadSiloSweep>());
        silo.AddDatabaseWatch();
    }

    /// <summary>A client of the cluster.</summary>
    public static void UseCluster(this IClientBuilder client, ClusterChoice choice)
    {
        client.UseAdoNetClustering(options => (options.Invariant, options.ConnectionString) = (MembershipConnection.Invariant, choice.ConnectionString!));
        client.Configure<ClusterOptions>(cluster => Name(cluster, choice.Silo));
        client.Configure<ClientMessagingOptions>(messaging => messaging.ResponseTimeout = choice.Options.ResponseTimeout);
        client.Configure<Orleans.Configuration.GatewayOptions>(gateways => gateways.GatewayListRefreshPeriod = GatewayListInterval);
        client.Configure<ConnectionOptions>(Tune);
        client.Services.ReplaceKeyed<IConnectionFactory>((services, _) =>
            new SiloConnector(choice.Options.GatewaySilenceTimeout, services.GetRequiredService<ILoggerFactory>()));
        client.UseConnectionRetryFilter<SiloWait>();
        client.AddOutgoingGrainCallFilter<StoppingSiloRetry>();
        if (choice.Options.CertificateDirectory is { Length: > 0 } certificates)
        {
            client.UseClusterCertificates(certificates);
        }
    }

    private static void Name(ClusterOptions cluster, SiloOptions own) => (cluster.ClusterId, cluster.ServiceId) = (own.ClusterId, own.ServiceId);

    private static void Tune(ClusterMembershipOptions membership, ClusteringOptions options)
    {
        membership.ProbeTimeout = options.ProbeTimeout;
        membership.MaxProbeTimeout = options.MaxProbeTimeout < options.ProbeTimeout ? options.ProbeTimeout : options.MaxProbeTimeout;
        membership.NumMissedProbesLimit = options.MissedProbeCount;
        membership.IAmAliveTablePublishTimeout = AliveInterval;
        membership.TableRefreshTimeout = TableRefreshInterval;
        membership.MaxJoinAttemptTime = JoinTimeout;

        // A silo whose probes are late but whose other messages arrive is busy, not dead: on two cores that is the usual cause.
        membership.EnableConnectionLivenessCheck = true;
    }

    private static void Tune(SiloMessagingOptions messaging)
    {
        messaging.ResponseTimeout = SiloCallTimeout;
        messaging.ClientDropTimeout = LostGatewayTimeout;
        messaging.ClientGatewayShutdownNotificationTimeout = StopPause;
        messaging.WaitForMessageToBeQueuedForOutboundTime = StopPause;
    }

    private static void Tune(ConnectionOptions connections) =>
        (connections.OpenConnectionTimeout, connections.ConnectionRetryDelay) = (OpenConnectionTimeout, ConnectionRetryDelay);

    private static IPAddress AddressOf(string address)
    {
        if (IPAddress.TryParse(address, out IPAddress? given))
        {
            return given;
        }

        try
        {
            return Dns.GetHostAddresses(address).OrderBy(found => found.AddressFamily).First();
        }
        catch (Exception fault) when (fault is SocketException or InvalidOperationException)
        {
            throw new InvalidOperationException($"Silo:Address is {address}, which has no IP address: {fault.Message}");
        }
    }

    // Below those that Linux gives to outgoing connections (32768 and up): one of the silo's own, to its database, could take the port
    // before the silo listens, and the start would fail.
    private static int FreePort(IPAddress address)
    {
        while (true)
        {
            try
            {
                using var probe = new TcpListener(address, Random.Shared.Next(20_000, 32_000));
                probe.Start();
                return ((IPEndPoint)probe.LocalEndpoint).Port;
            }
            catch (SocketException fault) when (fault.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                // Somebody listens there.
            }
        }
    }
}
