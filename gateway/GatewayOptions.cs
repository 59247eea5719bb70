using System.ComponentModel.DataAnnotations;

namespace CommandBroker.Gateway;

/// <summary>Settings of the HTTP gateway, section <c>Gateway</c>. Read once at the start; a value outside its range stops the start with a message.</summary>
public sealed class GatewayOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Gateway";

    /// <summary>The <c>command_name</c> of a poll that finds nothing due. Default <c>SKIP</c>; 1 to 255 characters.</summary>
    [Required, StringLength(Command.MaxNameLength, MinimumLength = 1)]
    public string IdleCommandName { get; set; } = "SKIP";

    /// <summary>The longest request body, in bytes; the streamed batch has no limit of its own, but each of its lines has this one. Default 1,048,576; 1,024 to 67,108,864.</summary>
    [Range(1_024, 67_108_864)]
    public int MaxBodyBytes { get; set; } = 1_048_576;

    /// <summary>The longest <c>result_detail</c> of a report, in UTF-8 bytes. Default 262,144; 2 to 67,108,864.</summary>
    [Range(2, 67_108_864)]
    public int MaxResultDetailBytes { get; set; } = 262_144;

    /// <summary>Source servers whose grain reference is kept; beyond it some are forgotten and looked up again. Default 200,000; 16 to 10,000,000.</summary>
    [Range(16, 10_000_000)]
    public int MaxCachedSourceServers { get; set; } = 200_000;

    /// <summary>How long a call to a silo may take before the request is answered 503; a command that such a poll took is put back when the late answer comes. Default 2 s; 100 ms to 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan CallTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Requests that are worked on at one time; a further one is answered 503 at once, so that a fleet that comes back all together waits at the agents and not here. Default 4,096; 1 to 1,000,000.</summary>
    [Range(1, 1_000_000)]
    public int MaxConcurrentRequests { get; set; } = 4_096;

    /// <summary>What <c>Retry-After</c> tells an agent at least, in whole seconds; at most twice that, at random, so that those refused together do not come back together. Default 5 s; 1 s to 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan RetryAfter { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long <c>/readyz</c> waits for a silo; two in a row that do not answer make it say 503. Default 2 s; 100 ms to 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan ReadyTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long the database may take no write while <c>/readyz</c> still says 200, with <c>degraded</c>: to take all gateways out of service helps nobody. Default 30 s; 0 s to 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan StallTolerance { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>All header lines of a request together, in bytes. Default 32,768, the vendor's; 8,192 to 1,048,576.</summary>
    [Range(8_192, 1_048_576)]
    public int MaxHeaderBytes { get; set; } = 32_768;

    /// <summary>Header lines of a request. Default 100; 20 to 10,000.</summary>
    [Range(20, 10_000)]
    public int MaxHeaderCount { get; set; } = 100;

    /// <summary>Connections open at one time; further ones are closed at once. Default 50,000; 1 to 1,000,000.</summary>
    [Range(1, 1_000_000)]
    public int MaxConnections { get; set; } = 50_000;

    /// <summary>How long a client may take to send its header lines. Default 15 s; 100 ms to 10 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00")]
    public TimeSpan HeadersTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a connection may rest between requests; longer than the agents' polling interval saves connections. Default 130 s; 1 s to 1 day.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan KeepAliveTimeout { get; set; } = TimeSpan.FromSeconds(130);

    /// <summary>The slowest a body may come, in bytes per second, after <see cref="BodyGracePeriod"/>; slower clients are cut. Default 240; 1 to 1,000,000.</summary>
    [Range(1, 1_000_000)]
    public int MinBodyBytesPerSecond { get; set; } = 240;

    /// <summary>How long a body may be slower than <see cref="MinBodyBytesPerSecond"/>. Default 5 s; 1.1 s to 10 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01.1", "00:10:00")]
    public TimeSpan BodyGracePeriod { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a body may take whose caller is not proven until it is there: of a signed request, and of a sign-in. Default 10 s; 100 ms to 10 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00")]
    public TimeSpan UnprovenBodyTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Such bodies that are waited for at one time; for a further one the address that holds most makes room: its oldest is answered 503. Default 256; 1 to 100,000.</summary>
    [Range(1, 100_000)]
    public int MaxUnprovenBodies { get; set; } = 256;

    /// <summary>The bytes of such bodies that came and are held at one time; a body counts 4,096 at least. Default 67,108,864; 65,536 to 17,179,869,184.</summary>
    [Range(65_536, 17_179_869_184)]
    public long MaxUnprovenBodyBytes { get; set; } = 67_108_864;

    /// <summary>Lines of a streamed batch that are worked on at one time; fewer when they reach 1 MiB together. Default 256; 1 to 10,000.</summary>
    [Range(1, 10_000)]
    public int BatchWindowLines { get; set; } = 256;

    /// <summary>Source servers that one streamed batch calls at one time. Default 64; 1 to 1,000.</summary>
    [Range(1, 1_000)]
    public int BatchConcurrency { get; set; } = 64;

    /// <summary>The certificate of the <c>https</c> addresses, in PEM, with what leads to its root behind it; read again when the file changes. Default none: Kestrel's own settings.</summary>
    public string? CertificatePath { get; set; }

    /// <summary>The key of <see cref="CertificatePath"/>, in PEM. Default none: in the same file.</summary>
    public string? CertificateKeyPath { get; set; }

    /// <summary>The authorities whose certificates clients may show, in PEM; without them clients are not asked for one. Default none.</summary>
    public string? ClientCertificateAuthorities { get; set; }

    /// <summary>Proxies, as addresses or networks separated by commas, whose <c>X-Forwarded-For</c> and <c>X-Forwarded-Proto</c> are believed. Default none.</summary>
    public string? TrustedProxies { get; set; }

    /// <summary><see cref="RetryAfter"/> in whole seconds, as the header wants it.</summary>
    internal int RetryAfterSeconds => (int)Math.Ceiling(RetryAfter.TotalSeconds);
}
