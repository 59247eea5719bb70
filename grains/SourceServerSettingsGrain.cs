using CommandBroker.Contracts;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;

namespace CommandBroker.Grains;

/// <inheritdoc cref="ISourceServerSettingsGrain"/>
internal sealed class SourceServerSettingsGrain : Grain, ISourceServerSettingsGrain
{
    private readonly StoredState<SourceServerSettingsState> _stored;

    public SourceServerSettingsGrain([FromKeyedServices(GrainStorage.Provider)] IGrainStorage storage) =>
        _stored = new StoredState<SourceServerSettingsState>(storage, GrainStorage.Settings, this.GetGrainId());

    public async ValueTask<SourceServerSettings?> ReadAsync()
    {
        SourceServerSettings? settings = (await _stored.ReadAsync()).Settings;
        if (settings is null)
        {
            // Whoever repairs the row is not kept waiting by what was read before.
            _stored.Forget();
        }

        return settings;
    }

    public async ValueTask WriteAsync(SourceServerSettings settings) =>
        await _stored.WriteAsync(new SourceServerSettingsState { Settings = settings });
}
