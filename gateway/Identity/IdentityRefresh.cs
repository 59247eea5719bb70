using CommandBroker.Contracts.Identity;
using CommandBroker.Gateway.Diagnostics;
using CommandBroker.Gateway.Grains;
using CommandBroker.Gateway.Health;
using Microsoft.Extensions.Hosting;

namespace CommandBroker.Gateway.Identity;

/// <summary>Hears every <see cref="AdmissionOptions.RefreshInterval"/> what has changed and lets <see cref="IdentityCache"/> forget it.</summary>
internal sealed class IdentityRefresh(
    IdentityCache cache, IBrokerGrains grains, StartProgress start, IOptions<AdmissionOptions> options, TimeProvider clock, ILogger<IdentityRefresh> log) : BackgroundService
{
    // Revocations come without their end; a snapshot has only those that still matter.
    private static readonly TimeSpan SnapshotInterval = TimeSpan.FromHours(1);
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(5);

    private long? _revision;
    private long _snapshotAt;

    /// <summary>Asks once. A failure is logged; what is remembered counts on for <see cref="AdmissionOptions.MaxStaleness"/>.</summary>
    /// <returns>Whether it worked.</returns>
    public async Task<bool> RefreshAsync(CancellationToken cancellationToken)
    {
        long askedAt = clock.GetTimestamp();
        try
        {
            if (_revision is not { } since || await TryFollowAsync(since, askedAt, cancellationToken) is not { } revision)
            {
                IdentitySnapshot snapshot = await ReadSnapshotAsync(askedAt, cancellationToken);
                cache.Begin(snapshot, askedAt);
                log.IdentityRead(snapshot.Revision, snapshot.TokenKeys.Length);
                revision = snapshot.Revision;
            }

            _revision = revision;
            return true;
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            // The outermost border of the refresh: whatever it was, the next round tries again.
            log.IdentityNotRead(failure);
            return false;
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await start.Completed.WaitAsync(stoppingToken);
            while (true)
            {
                await RefreshAsync(stoppingToken);
                await Task.Delay(options.Value.RefreshInterval, clock, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    /// <summary>Applies what has changed.</summary>
    /// <returns>The revision reached; null when there is too much to be told.</returns>
    private async Task<long?> TryFollowAsync(long since, long askedAt, CancellationToken cancellationToken)
    {
        IdentityChanges changes = await grains.Identity.ReadChangesAsync(since).AsTask().WaitAsync(CallTimeout, clock, cancellationToken);
        if (changes.IsReset)
        {
            return null;
        }

        // The keys first: when reading them fails, the same changes come again.
        if (changes.Changes.Any(change => change.Kind == IdentityChangeKind.TokenKeys) || clock.GetElapsedTime(_snapshotAt) > SnapshotInterval)
        {
            cache.Renew(await ReadSnapshotAsync(askedAt, cancellationToken));
        }

        cache.Apply(changes.Changes, askedAt);
        return changes.Revision;
    }

    private async Task<IdentitySnapshot> ReadSnapshotAsync(long askedAt, CancellationToken cancellationToken)
    {
        IdentitySnapshot snapshot = await grains.Identity.ReadSnapshotAsync().AsTask().WaitAsync(CallTimeout, clock, cancellationToken);
        _snapshotAt = askedAt;
        return snapshot;
    }
}
