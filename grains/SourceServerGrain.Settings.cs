using CommandBroker.Contracts;
using CommandBroker.Core;
using CommandBroker.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace CommandBroker.Grains;

internal sealed partial class SourceServerGrain
{
    public async ValueTask<SourceServerSettings> ReadSettingsAsync()
    {
        await RequireLoadedAsync();
        if (!_session.HasOverrides)
        {
            return new SourceServerSettings();
        }

        return await ReadStoredSettingsAsync() ?? throw StoreFault.Translate(QueueSession.NoSettings(), _key.ServerId.Value);
    }

    public async ValueTask ConfigureAsync(SourceServerSettings settings, string? actor)
    {
        SettingsBounds.Check(settings);
        await RequireRegisteredAsync();
        try
        {
            await SettingsFaults.TranslateAsync(SettingsGrain.WriteAsync(settings), _context.Logger, _key);

            // A crash in between leaves settings without the mark, which are not in force, as their caller was told nothing; never the
            // mark without settings. The mark stays when all settings are cleared: what is stored says that there are none.
            if (settings != new SourceServerSettings() && !await MarkOverridesAsync())
            {
                throw NotRegistered();
            }
        }
        finally
        {
            // Also after a fault: what was written may be in force.
            _session.Drop();
        }

        Log.SourceServerConfigured(_context.Logger, _key);
        _context.Audit.Record(AuditActions.ServerConfigured, actor, _key, _key.ServerId.Value);
    }

    public async ValueTask DeleteAsync(string? actor)
    {
        // Read anew: its agent's keys end before the deletion, which another activation's command would refuse.
        _session.Drop();
        string? lineage = _context.Commands.Lineage;
        if (!await EnsureLoadedAsync())
        {
            // To a repeated call this acknowledges the first one.
            await _session.VouchAbsenceAsync(lineage);
            throw NotRegistered();
        }

        await RequireSettledAsync();
        int openCount = _session.State.Open.Length;
        bool deleted = false;
        if (openCount == 0)
        {
            await EndKeysAsync(actor);
        }

        try
        {
            // One that is gone was deleted by a call whose answer was lost.
            deleted = openCount == 0
                && (await _context.SourceServers.DeleteAsync(_key, _context.Now) || !await _context.SourceServers.ExistsAsync(_key));
        }
        catch (Exception exception) when (StoreFault.IsStoreFault(exception))
        {
            throw StoreFault.Translate(exception, _key.ServerId.Value);
        }
        finally
        {
            _session.Drop();
        }

        if (!deleted)
        {
            throw new BrokerException(BrokerErrorReason.CommandsOutstanding,
                $"Source server {_key.ServerId} has {openCount} open commands; wait for them or cancel them first.");
        }

        Log.SourceServerDeleted(_context.Logger, _key);
        _context.Audit.Record(AuditActions.ServerDeleted, actor, _key, _key.ServerId.Value);
        DeactivateOnIdle();
    }

    /// <summary>Before the deletion: whoever repeats a call that failed in between finds the source server still there, and deletes it.</summary>
    private Task EndKeysAsync(string? actor) =>
        IdentityFaults.TranslateAsync(ServiceProvider.GetRequiredService<BoundPrincipals>().DeleteAsync(_key, actor), _context.Logger);

    private ISourceServerSettingsGrain SettingsGrain => GrainFactory.GetGrain<ISourceServerSettingsGrain>(_key.Text);

    private Task<SourceServerSettings?> ReadStoredSettingsAsync() => SettingsFaults.TranslateAsync(SettingsGrain.ReadAsync(), _context.Logger, _key);

    private async Task<QueueOverrides?> ReadOverridesAsync() => await ReadStoredSettingsAsync() is { } settings
        && (settings.DeliveryMode is null || Enum.IsDefined(settings.DeliveryMode.Value))
        ? new QueueOverrides
        {
            DeliveryMode = settings.DeliveryMode,
            VisibilityTimeout = settings.VisibilityTimeout,
            MaxDeliveries = settings.MaxDeliveries,
        }
        : null;

    /// <summary>Without reading the queue: settings that cannot be read are mended by storing others.</summary>
    private async Task RequireRegisteredAsync()
    {
        bool isRegistered;
        try
        {
            isRegistered = _session.IsLoaded || await _context.SourceServers.ExistsAsync(_key);
        }
        catch (StoreUnavailableException exception)
        {
            throw StoreFault.Translate(exception, _key.ServerId.Value);
        }

        if (!isRegistered)
        {
            throw NotRegistered();
        }
    }

    /// <returns>False when it is not registered any more: a deletion came to an end that nobody knew the outcome of.</returns>
    private async Task<bool> MarkOverridesAsync()
    {
        try
        {
            return await _context.SourceServers.MarkOverridesAsync(_key);
        }
        catch (Exception exception) when (StoreFault.IsStoreFault(exception))
        {
            throw StoreFault.Translate(exception, _key.ServerId.Value);
        }
    }
}
