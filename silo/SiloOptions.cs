using System.ComponentModel.DataAnnotations;

namespace CommandBroker.Silo;

/// <summary>The silo's own ports and names, section <c>Silo</c>. Whoever reaches these ports has an operator's power: keep them private.</summary>
public sealed class SiloOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Silo";

    /// <summary>The port silos talk to each other on, bound to loopback.</summary>
    /// <value>Default 0: any free port. 0 to 65,535.</value>
    [Range(0, 65_535)]
    public int SiloPort { get; set; }

    /// <summary>The port grain clients connect to, bound to loopback.</summary>
    /// <value>Default 0: any free port. 0 to 65,535; set it (30000 is usual) when a management tool uses the grain client.</value>
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
}
