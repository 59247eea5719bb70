using System.ComponentModel.DataAnnotations;

namespace CommandBroker.Silo.Clustering;

/// <summary>
/// How processes of one <c>Silo:ClusterId</c> find each other and notice that one has died, section <c>Cluster</c>. The same values for all of them.
/// </summary>
public sealed class ClusteringOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Cluster";

    /// <summary>Whether this process is one of several, which find each other through PostgreSQL. Not set, it is so for silo and gateway and not for all-in-one.</summary>
    /// <value>The roles silo and gateway cannot do without.</value>
    public bool? Enabled { get; set; }

    /// <summary>The Npgsql connection string of the database that lists the silos; not set, that of <c>Storage:ConnectionString</c>.</summary>
    /// <value>Required for the role gateway, one way or the other.</value>
    public string? ConnectionString { get; set; }

    /// <summary>
    /// A directory with <c>tls.crt</c>, <c>tls.key</c> and <c>ca.crt</c> in PEM. With it the connections between silos, gateways and grain clients are encrypted, and whoever has no
    /// certificate of the authorities in <c>ca.crt</c> is refused. Renewed files count for the next connection.
    /// </summary>
    /// <value>Default none: the ports must be private. The same choice for all processes of a cluster.</value>
    public string? CertificateDirectory { get; set; }

    /// <summary>How long a silo waits for another's answer to a probe at first, and the pause between probes; adapted to what is measured.</summary>
    /// <value>Default 1 s; 100 ms to 1 min. With Orleans' 5 s a killed silo was missed for up to 30 s.</value>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan ProbeTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The most that the probe timeout may grow to.</summary>
    /// <value>Default 2 s; 100 ms to 5 min. This times <see cref="MissedProbeCount"/> is how long a silent partition stays unnoticed.</value>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:05:00")]
    public TimeSpan MaxProbeTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Probes without an answer before a silo votes another one dead.</summary>
    /// <value>Default 2; 1 to 100. A silo that is wrongly declared dead ends and is started again; no command depends on it.</value>
    [Range(1, 100)]
    public int MissedProbeCount { get; set; } = 2;

    /// <summary>How long a gateway's call to a silo may take before its caller is told that the answer did not come; for polls see <c>Gateway:CallTimeout</c>.</summary>
    /// <value>Default 2 s; 1 s to 5 min. What was under way to a silo that dies is told its caller after this. A poll's answer is awaited for a minute, so that a delivery that comes too late can be taken back.</value>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan ResponseTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long the database may leave a silo without any answer while it answers another silo all the time, before the silo ends itself so that others serve its source servers.</summary>
    /// <value>Default 3 s; 1 s to 1 day. Nothing happens while it answers no silo, or when there is one silo, or only silos with a longer value. Below 3 s a slow database or a busy machine may look like a partition; 1 day leaves the silo where it is.</value>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan DatabaseSilenceTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>How long a gateway and a silo may hear nothing of each other, though one has sent something, before they give up the connection: the gateway then goes by way of another silo.</summary>
    /// <value>
    /// Default 3 s; 1 s to 5 min. When packets vanish, source servers behind that gateway wait this long and the rest of a <see cref="ResponseTimeout"/>. Below 3 s a network that loses
    /// every third packet ends connections that still serve. Elsewhere than on Linux it holds for quiet connections alone.
    /// </value>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan GatewaySilenceTimeout { get; set; } = TimeSpan.FromSeconds(3);
}
