using System.Collections.Immutable;
using System.Threading.Channels;
using CommandBroker.Contracts.Identity;
using CommandBroker.Gateway.Diagnostics;
using CommandBroker.Gateway.Grains;
using Microsoft.Extensions.Hosting;

namespace CommandBroker.Gateway.Identity;

/// <summary>
/// Brings what a gateway itself refused to the audit: in batches, a second late, and no more at one time than it holds. What comes beyond is counted
/// in the log and lost, so that nobody can fill the store by being refused.
/// </summary>
internal sealed class AuditQueue(IBrokerGrains grains, TimeProvider clock, ILogger<AuditQueue> log) : BackgroundService
{
    private const int MaxWaiting = 1_000;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Channel<AuditEvent> _waiting = Channel.CreateBounded<AuditEvent>(MaxWaiting);
    private long _lost;

    /// <summary>Notes something about a caller who is not known.</summary>
    public void Note(string action, string? remoteAddress, string? requestId, string? subject = null)
    {
        var one = new AuditEvent
        {
            At = clock.GetUtcNow(),
            Actor = new AuditActor { DomainId = DefaultTenant.DomainId, Name = "unknown", RemoteAddress = remoteAddress },
            Action = action,
            Subject = subject,
            RequestId = requestId,
        };
        if (!_waiting.Writer.TryWrite(one))
        {
            Interlocked.Increment(ref _lost);
        }
    }

    /// <summary>Sends what waits.</summary>
    public async Task FlushAsync()
    {
        var batch = ImmutableArray.CreateBuilder<AuditEvent>();
        while (_waiting.Reader.TryRead(out AuditEvent? one))
        {
            batch.Add(one);
        }

        if (Interlocked.Exchange(ref _lost, 0) is > 0 and long lost)
        {
            log.AuditEventsLost(lost);
        }

        if (batch.Count == 0)
        {
            return;
        }

        try
        {
            await grains.Identity.AuditAsync(batch.DrainToImmutable());
        }
        catch (Exception failure) when (GrainFailure.Explain(failure) is not null)
        {
            log.AuditNotWritten(failure, batch.Count);
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await Task.Delay(Interval, clock, stoppingToken);
                await FlushAsync();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            await FlushAsync();
        }
    }
}
