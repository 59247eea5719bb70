using CommandBroker.Contracts;
using CommandBroker.Core;
using CommandBroker.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CommandBroker.Grains;

/// <inheritdoc cref="IOverdueSweepGrain"/>
internal sealed class OverdueSweepGrain(
    IBrokerDatabase database, IOptions<QueueOptions> options, TimeProvider clock, ILogger<OverdueSweepGrain> logger) : Grain, IOverdueSweepGrain
{
    private readonly TimeSpan _pause = options.Value.SweepInterval * 0.5;
    private readonly int _count = options.Value.SweepCount;
    private long? _steppedAt;
    private long _place;

    public async ValueTask StepAsync()
    {
        if (_steppedAt is { } at && clock.GetElapsedTime(at) < _pause)
        {
            return;
        }

        _steppedAt = clock.GetTimestamp();
        OverduePage page = await ReadAsync();

        // One after the other: the sweep must not be what makes agents wait.
        foreach (SourceServerKey key in page.Keys)
        {
            await TrySettleAsync(key);
        }

        _place = page.Next ?? 0;
    }

    private async Task<OverduePage> ReadAsync()
    {
        try
        {
            return await database.Commands.FindOverdueAsync(_place, clock.GetUtcNow(), _count);
        }
        catch (Exception exception) when (StoreFault.IsStoreFault(exception))
        {
            throw StoreFault.Translate(exception, "");
        }
    }

    /// <summary>What one source server's trouble is, it has logged itself; the next round comes by again.</summary>
    private async Task TrySettleAsync(SourceServerKey key)
    {
        try
        {
            await GrainFactory.GetGrain<ISettledQueue>(key.Text).SettleAsync();
        }
#pragma warning disable CA1031 // the outermost border: one queue's fault must not end the walk
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Log.NotSettled(logger, exception, key);
        }
    }
}
