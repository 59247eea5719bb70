using System.ComponentModel.DataAnnotations;

namespace CommandBroker.Silo;

/// <summary>What this process is, its ports and its names, section <c>Silo</c>. Whoever reaches these ports has an operator's power: keep them private.</summary>
public sealed class SiloOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Silo";

    /// <summary>What this process does; <c>--role</c> says the same. Of several processes of one cluster each has its own.</summary>
    /// <value>Default all-in-one: silo and HTTP; silo: queues only; gateway: HTTP only.</value>
    [AllowedValues(BrokerRole.AllInOne, BrokerRole.Silo, BrokerRole.Gateway, ErrorMessage = "Silo:Role must be all-in-one, silo or gateway.")]
    public string Role { get; set; } = BrokerRole.AllInOne;

    /// <summary>The address the ports are bound to and other silos and gateways reach them at: an IP address, or a name that has one when the silo starts.</summary>
    /// <value>Default 127.0.0.1.</value>
    [StringLength(255, MinimumLength = 1)]
    public string Address { get; set; } = "127.0.0.1";

    /// <summary>The port silos talk to each other on.</summary>
    /// <value>Default 0: any free port from 20,000 to 31,999. 0 to 65,535. A process that is a cluster of its own does not open it.</value>
    [Range(0, 65_535)]
    public int SiloPort { get; set; }

    /// <summary>The port gateways and grain clients connect to.</summary>
    /// <value>
    /// Default 0: any free port from 20,000 to 31,999, and none in a process that is a cluster of its own. 0 to 65,535; set it (30000 is usual) when a management
    /// tool uses the grain client.
    /// </value>
    [Range(0, 65_535)]
    public int GatewayPort { get; set; }

    /// <summary>Names the cluster: silos of one name find each other.</summary>
    /// <value>Default commandbroker; 1 to 150 characters.</value>
    [StringLength(150, MinimumLength = 1)]
    public string ClusterId { get; set; } = "commandbroker";

    /// <summary>Names the service: the key under which grain state is stored. Changing it hides that state.</summary>
    /// <value>Default commandbroker; 1 to 150 characters.</value>
    [StringLength(150, MinimumLength = 1)]
    public string ServiceId { get; set; } = "commandbroker";

    /// <summary>The longest a stop may take: requests that run are finished, what waits for the store is flushed.</summary>
    /// <value>Default 25 seconds; 1 second to 10 minutes.</value>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan ShutdownTimeout { get; set; } = TimeSpan.FromSeconds(25);

    /// <summary>How long a source server's queue that nobody asks for stays in memory. It is read again when it is next asked for; leases run on meanwhile.</summary>
    /// <value>Default 15 min; 2 min to 1 day. Longer than the agents' polling interval saves reads, shorter saves memory.</value>
    [Range(typeof(TimeSpan), "00:02:00", "1.00:00:00")]
    public TimeSpan QueueIdleAge { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>How long a source server's queue stays at the silo where it was made, before it may move to the one where its calls come in.</summary>
    /// <value>Default 10 min; 1 s to 1 day. Shorter follows new gateways and silos sooner; longer spares moves when calls come in at two silos in turn.</value>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan QueueStay { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How long after SIGTERM everything goes on while <c>/readyz</c> already says 503, before <see cref="ShutdownTimeout"/> begins: as long as a balancer needs to notice.</summary>
    /// <value>Default 0 s: none; up to 10 minutes. With <c>deploy/haproxy.cfg</c> 2 s are enough.</value>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan DrainDelay { get; set; }

    /// <summary>Whether this process holds queues.</summary>
    internal bool HasSilo => Role != BrokerRole.Gateway;

    /// <summary>Whether this process serves the broker's HTTP.</summary>
    internal bool HasGateway => Role != BrokerRole.Silo;
}
