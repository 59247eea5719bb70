using System.Net;
using CommandBroker.Contracts.Identity;
using CommandBroker.Gateway.Diagnostics;
using CommandBroker.Gateway.Grains;
using CommandBroker.Identity.Signatures;
using Microsoft.Extensions.Hosting;

namespace CommandBroker.Gateway.Identity;

/// <summary>
/// Brings what a gateway itself refused to the audit, a second late. What one address (of IPv6 one network of 64 bits) is refused for is one row at
/// once and one a minute after that, with the count; so nobody fills the store by being refused, and nothing is lost. What the store does not take now is written later.
/// </summary>
internal sealed class AuditQueue(IBrokerGrains grains, TimeProvider clock, ILogger<AuditQueue> log) : BackgroundService
{
    /// <summary>Addresses of one action that have rows of their own; those beyond share one without an address.</summary>
    public const int MaxKindCount = 1_000;

    // As many as a silo takes in one call.
    private const int MaxBatch = 1_000;
    private const string RestDomain = "";
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FoldInterval = TimeSpan.FromMinutes(1);

    private readonly Lock _turn = new();
    private readonly Dictionary<Kind, AuditFold> _folds = [];
    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);

    /// <summary>Notes something about a caller who is not known.</summary>
    /// <param name="action">What.</param>
    /// <param name="remoteAddress">Where the caller is.</param>
    /// <param name="requestId">The request's id.</param>
    /// <param name="subject">What it is about, as an access key.</param>
    /// <param name="owner">Whose that is, so that its tenant sees the event; null when it is nobody's.</param>
    public void Note(string action, string? remoteAddress, string? requestId, string? subject = null, KnownPrincipal? owner = null)
    {
        string domainId = owner?.View.DomainId ?? DefaultTenant.DomainId;
        var one = new AuditEvent
        {
            At = clock.GetUtcNow(),
            Actor = new AuditActor { DomainId = domainId, Name = "unknown", RemoteAddress = remoteAddress },
            Action = action,
            ProjectId = owner?.View.ProjectId,
            Subject = subject,
            RequestId = requestId,
        };
        var address = ClientAddress.From(IPAddress.TryParse(remoteAddress, out IPAddress? parsed) ? parsed : null);
        var kind = new Kind(action, address, domainId, owner is null ? null : subject);
        lock (_turn)
        {
            if (!_folds.TryGetValue(kind, out AuditFold? fold))
            {
                int count = _counts.GetValueOrDefault(action);
                bool hasRoom = count < MaxKindCount;
                kind = hasRoom ? kind : new Kind(action, default, RestDomain, Subject: null);
                one = hasRoom ? one : one with
                {
                    Actor = one.Actor with { DomainId = DefaultTenant.DomainId, RemoteAddress = null },
                    ProjectId = null,
                    Subject = null,
                    RequestId = null,
                };
                _counts[action] = count + (hasRoom ? 1 : 0);
                fold = _folds.TryGetValue(kind, out AuditFold? rest) ? rest : _folds[kind] = new AuditFold();
            }

            fold.Add(one);
        }
    }

    /// <summary>Writes what is due.</summary>
    /// <param name="isLast">Whether to write all that is noted, because the gateway stops.</param>
    public async Task FlushAsync(bool isLast = false)
    {
        DateTimeOffset now = clock.GetUtcNow();
        foreach ((AuditFold Fold, AuditEvent Row, long Count)[] batch in TakeDue(now, isLast).Chunk(MaxBatch))
        {
            try
            {
                await grains.Identity.AuditAsync([.. batch.Select(due => due.Row)]);
            }
            catch (Exception failure) when (GrainFailure.Explain(failure) is not null)
            {
                log.AuditNotWritten(failure, batch.Length);
                return;
            }

            lock (_turn)
            {
                foreach ((AuditFold fold, _, long count) in batch)
                {
                    fold.NoteWritten(count, now);
                }
            }
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
            await FlushAsync(isLast: true);
        }
    }

    private (AuditFold Fold, AuditEvent Row, long Count)[] TakeDue(DateTimeOffset now, bool isLast)
    {
        lock (_turn)
        {
            foreach ((Kind kind, AuditFold fold) in _folds)
            {
                if (fold.IsOver(now, FoldInterval))
                {
                    // Removing while walking is allowed for a Dictionary.
                    _folds.Remove(kind);
                    _counts[kind.Action] = Math.Max(0, _counts.GetValueOrDefault(kind.Action) - (kind.DomainId == RestDomain ? 0 : 1));
                }
            }

            return [.. _folds.Values.Where(fold => fold.IsDue(now, FoldInterval, isLast)).Select(fold => (fold, fold.Row(now), fold.Count))];
        }
    }

    private readonly record struct Kind(string Action, ClientAddress Address, string DomainId, string? Subject);
}
