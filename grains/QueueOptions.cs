using System.ComponentModel.DataAnnotations;
using CommandBroker.Core;

namespace CommandBroker.Grains;

/// <summary>The queue's rules and limits, section <c>Queue</c>. A source server may override the first three for itself.</summary>
public sealed class QueueOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Queue";

    /// <summary>What a poll hands out: Queue, Sequential or AtMostOnce.</summary>
    /// <value>Default Queue.</value>
    [EnumDataType(typeof(DeliveryMode))]
    public DeliveryMode DeliveryMode { get; set; } = DeliveryMode.Queue;

    /// <summary>How long a command that was handed out waits for its report before it is handed out again.</summary>
    /// <value>Default 5 minutes; 1 second to 7 days.</value>
    [Range(typeof(TimeSpan), "00:00:01", "7.00:00:00")]
    public TimeSpan VisibilityTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Deliveries of a command before it is dead-lettered.</summary>
    /// <value>Default 10; 1 to 1,000.</value>
    [Range(1, 1_000)]
    public int MaxDeliveries { get; set; } = 10;

    /// <summary>Pending commands that one source server's queue holds; an enqueue beyond is refused.</summary>
    /// <value>Default 1,000; 1 to 100,000.</value>
    [Range(1, 100_000)]
    public int MaxPendingCount { get; set; } = 1_000;

    /// <summary>Leases that run at one time for one source server; a poll hands out nothing more.</summary>
    /// <value>Default 100; 1 to 10,000.</value>
    [Range(1, 10_000)]
    public int MaxOutstandingCount { get; set; } = 100;

    /// <summary>Ended commands kept for one source server; an enqueue beyond is refused until retention has removed some.</summary>
    /// <value>Default 100,000; 1 to 100,000,000.</value>
    [Range(1, 100_000_000)]
    public int MaxHistoryCount { get; set; } = 100_000;

    /// <summary>The longest <c>command_param</c>, in UTF-8 bytes.</summary>
    /// <value>Default 65,536; 2 to 1,048,576.</value>
    [Range(2, 1_048_576)]
    public int MaxParamBytes { get; set; } = 65_536;

    /// <summary>The time to live of an enqueue that names none.</summary>
    /// <value>Default none: such a command waits for ever. 1 second to 3,650 days.</value>
    [Range(typeof(TimeSpan), "00:00:01", "3650.00:00:00")]
    public TimeSpan? DefaultTimeToLive { get; set; }

    /// <summary>Which command names end which never delivered commands of the same task, as in <c>STOP&gt;START,SYNC; DELETE&gt;*</c>.</summary>
    /// <value>Default empty: none.</value>
    public string Supersede { get; set; } = "";

    /// <summary>How long ended commands and stray reports are kept at least. They are removed within a tenth of it, or 256 runs, whichever is longer.</summary>
    /// <value>Default 7 days; 1 minute to 3,650 days.</value>
    [Range(typeof(TimeSpan), "00:01:00", "3650.00:00:00")]
    public TimeSpan HistoryRetention { get; set; } = TimeSpan.FromDays(7);

    /// <summary>How often what is older than <see cref="HistoryRetention"/> is removed.</summary>
    /// <value>Default 1 minute; 1 second to 1 day.</value>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan PurgeInterval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Commands that one transaction of the removal takes; smaller ones disturb the traffic less.</summary>
    /// <value>Default 1,000; 1 to 10,000.</value>
    [Range(1, 10_000)]
    public int PurgeBatchCount { get; set; } = 1_000;

    /// <summary>How often a step is taken to find commands that time has ended and nobody has asked for, so that dead letters are logged without a call. The whole cluster takes one step; no call depends on it.</summary>
    /// <value>Default 10 seconds; 1 second to 1 day. Each call sees the queue as of now without it: it is for logs, metrics and history.</value>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Source servers that one such step looks at: a round over 100,000 takes half an hour with the defaults.</summary>
    /// <value>Default 500; 1 to 10,000. A round over 100,000 takes half an hour with the defaults.</value>
    [Range(1, 10_000)]
    public int SweepCount { get; set; } = 500;

    /// <summary>How often it is read which projects have a quota of pending commands, and such a project's are counted while it enqueues.</summary>
    /// <value>Default 2 seconds; 100 milliseconds to 1 minute. A quota can be overshot by what other silos enqueue in twice this time.</value>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan QuotaInterval { get; set; } = TimeSpan.FromSeconds(2);

    internal QueuePolicy ToPolicy() => new()
    {
        DeliveryMode = DeliveryMode,
        VisibilityTimeout = VisibilityTimeout,
        MaxDeliveries = MaxDeliveries,
        MaxPendingCount = MaxPendingCount,
        MaxOutstandingCount = MaxOutstandingCount,
        MaxHistoryCount = MaxHistoryCount,
        MaxParamBytes = MaxParamBytes,
        DefaultTimeToLive = DefaultTimeToLive,
        Supersede = SupersessionRules.Parse(Supersede),
    };
}
