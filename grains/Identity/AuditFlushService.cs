using System.Collections.Concurrent;
using CommandBroker.Contracts.Identity;
using CommandBroker.Storage;
using CommandBroker.Storage.Identity;
using Microsoft.Extensions.Hosting;

namespace CommandBroker.Grains;

/// <summary>
/// Writes noted events to the audit, all in one go. A crash loses what was noted since the last time, a second by default; who enqueued or ended a
/// command stands in the command itself, which was committed with it.
/// </summary>
internal sealed class AuditFlushService(IdentityContext context, AuditRecorder recorder, TimeProvider clock) : BackgroundService
{
    private const int MaxKnownProjects = 10_000;
    private const int MaxEventsAtOnce = 1_000;

    private readonly SemaphoreSlim _turn = new(1);
    private readonly ConcurrentDictionary<string, string> _domains = new(StringComparer.Ordinal);

    /// <summary>Writes what is noted now.</summary>
    /// <exception cref="StoreUnavailableException">It could not be written, and stays noted.</exception>
    public async Task FlushAsync()
    {
        await _turn.WaitAsync();
        try
        {
            IReadOnlyList<AuditEvent> events = recorder.TakeAll(out long lostCount);
            if (lostCount > 0)
            {
                IdentityLog.AuditEventsLost(context.Logger, lostCount);
                events = [.. events, LossOf(lostCount)];
            }

            int written = 0;
            try
            {
                // The store takes each part in one transaction.
                foreach (AuditEvent[] part in events.Chunk(MaxEventsAtOnce))
                {
                    await WriteAsync(part);
                    written += part.Length;
                }
            }
            catch
            {
                recorder.PutBack([.. events.Skip(written)]);
                throw;
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _turn.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(context.Options.AuditFlushInterval, clock);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await timer.WaitForNextTickAsync(stoppingToken);
            }
            catch (OperationCanceledException)
            {
                // Stopping: what was noted last is written below.
            }

            // Whatever it is, the broker goes on: what could not be written stays noted, within its bound.
            try
            {
                await FlushAsync();
            }
            catch (Exception fault)
            {
                IdentityLog.AuditFlushFailed(context.Logger, fault, recorder.Count);
            }
        }
    }

    private async Task WriteAsync(IReadOnlyList<AuditEvent> events)
    {
        if (events.Count == 0)
        {
            return;
        }

        var stored = new List<StoredAuditEvent>(events.Count);
        foreach (AuditEvent one in events)
        {
            stored.Add(IdentityViews.Of(one) with
            {
                DomainId = one.Actor.DomainId.Length > 0 ? one.Actor.DomainId : await FindDomainAsync(one.ProjectId),
            });
        }

        await context.Store.AppendAuditAsync(stored);
    }

    private async ValueTask<string> FindDomainAsync(string? projectId)
    {
        if (projectId is null or DefaultTenant.ProjectId)
        {
            return DefaultTenant.DomainId;
        }

        // A project never changes its domain.
        if (!_domains.TryGetValue(projectId, out string? domainId))
        {
            domainId = (await context.Store.FindProjectAsync(projectId))?.DomainId ?? DefaultTenant.DomainId;
            if (_domains.Count < MaxKnownProjects)
            {
                _domains[projectId] = domainId;
            }
        }

        return domainId;
    }

    private AuditEvent LossOf(long count) => new()
    {
        At = context.Now,
        Actor = IdentityContext.Broker,
        Action = AuditActions.AuditLost,
        Detail = $"{count} events were lost: {AuditRecorder.MaxCount} waited for the store.",
    };
}
