using CommandBroker.Contracts;
using CommandBroker.Core;
using CommandBroker.Storage;

namespace CommandBroker.Grains;

internal sealed partial class SourceServerGrain
{
    public async ValueTask<SourceServerSettings> ReadSettingsAsync()
    {
        await RequireLoadedAsync();
        return _session.HasOverrides ? await ReadStoredSettingsAsync() : new SourceServerSettings();
    }

    public async ValueTask ConfigureAsync(SourceServerSettings settings, string? actor)
    {
        SettingsBounds.Check(settings);
        await RequireLoadedAsync();
        bool isEmpty = settings == new SourceServerSettings();

        // A crash in between leaves the mark without settings, which reads as none; never settings without the mark.
        if (!isEmpty)
        {
            await NoteOverridesAsync(true);
        }

        await SettingsFaults.TranslateAsync(SettingsGrain.WriteAsync(settings), _context.Logger, _key);
        if (isEmpty)
        {
            await NoteOverridesAsync(false);
        }

        _session.Drop();
        Log.SourceServerConfigured(_context.Logger, _key);
        _context.Audit.Record(AuditActions.ServerConfigured, actor, _key, _key.ServerId.Value);
    }

    public async ValueTask DeleteAsync(string? actor)
    {
        await RequireLoadedAsync();
        int openCount = _session.State.Open.Length;
        bool deleted = false;
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

    private ISourceServerSettingsGrain SettingsGrain => GrainFactory.GetGrain<ISourceServerSettingsGrain>(_key.Text);

    private Task<SourceServerSettings> ReadStoredSettingsAsync() => SettingsFaults.TranslateAsync(SettingsGrain.ReadAsync(), _context.Logger, _key);

    private async Task<QueueOverrides> ReadOverridesAsync()
    {
        SourceServerSettings settings = await ReadStoredSettingsAsync();
        return new QueueOverrides
        {
            DeliveryMode = settings.DeliveryMode,
            VisibilityTimeout = settings.VisibilityTimeout,
            MaxDeliveries = settings.MaxDeliveries,
        };
    }

    private async Task NoteOverridesAsync(bool hasOverrides)
    {
        try
        {
            await _context.SourceServers.SetHasOverridesAsync(_key, hasOverrides);
        }
        catch (Exception exception) when (StoreFault.IsStoreFault(exception))
        {
            throw StoreFault.Translate(exception, _key.ServerId.Value);
        }
    }
}
