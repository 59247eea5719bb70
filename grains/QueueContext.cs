using CommandBroker.Core;
using CommandBroker.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CommandBroker.Grains;

/// <summary>What every activation of a silo shares, so that one of them holds a single reference to it.</summary>
internal sealed class QueueContext(
    IBrokerDatabase database,
    IOptions<QueueOptions> queue,
    IOptions<SourceOptions> sources,
    TimeProvider clock,
    SiloQueues silo,
    ILogger<SourceServerGrain> logger)
{
    public ICommandStore Commands { get; } = database.Commands;

    public ISourceServerStore SourceServers { get; } = database.SourceServers;

    public QueuePolicy Policy { get; } = queue.Value.ToPolicy();

    public TimeSpan VisitPrecision { get; } = sources.Value.VisitPrecision;

    public VisitRecorder Visits { get; } = silo.Visits;

    public QueueInstruments Instruments { get; } = silo.Instruments;

    public LocalQueues LocalQueues { get; } = silo.Local;

    public PendingQuotas Quotas { get; } = silo.Quotas;

    public AuditRecorder Audit { get; } = silo.Audit;

    /// <summary>How long an empty queue's polls need not reach the activation, in the clock's timestamps.</summary>
    public long IdleTimestamps { get; } = (long)(sources.Value.VisitPrecision.TotalSeconds * clock.TimestampFrequency);

    /// <summary>
    /// How old what an activation read may be when it gives out a number, in the clock's timestamps: long before retention can have removed
    /// a command that was enqueued, by another activation, after it was read.
    /// </summary>
    public long NumberingTimestamps { get; } = (long)(queue.Value.HistoryRetention.TotalSeconds / 2 * clock.TimestampFrequency);

    public long Timestamp => clock.GetTimestamp();

    /// <summary>The time since one of the clock's timestamps.</summary>
    public TimeSpan Elapsed(long since) => clock.GetElapsedTime(since);

    public ILogger Logger { get; } = logger;

    public DateTimeOffset Now => clock.GetUtcNow();
}
