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
    VisitRecorder visits,
    ILogger<SourceServerGrain> logger)
{
    public ICommandStore Commands { get; } = database.Commands;

    public ISourceServerStore SourceServers { get; } = database.SourceServers;

    public QueuePolicy Policy { get; } = queue.Value.ToPolicy();

    public TimeSpan VisitPrecision { get; } = sources.Value.VisitPrecision;

    public VisitRecorder Visits { get; } = visits;

    public ILogger Logger { get; } = logger;

    public DateTimeOffset Now => clock.GetUtcNow();
}
