using CommandBroker.Contracts;

namespace CommandBroker.Grains;

/// <inheritdoc cref="ISourceServerSettingsGrain"/>
internal sealed class SourceServerSettingsGrain(
    [PersistentState(GrainStorage.Settings, GrainStorage.Provider)] IPersistentState<SourceServerSettingsState> state)
    : Grain, ISourceServerSettingsGrain
{
    public ValueTask<SourceServerSettings?> ReadAsync()
    {
        if (state.State.Settings is null)
        {
            // Whoever repairs the row is not kept waiting by what was read before.
            DeactivateOnIdle();
        }

        return new(state.State.Settings);
    }

    public async ValueTask WriteAsync(SourceServerSettings settings)
    {
        SourceServerSettings? before = state.State.Settings;
        state.State = new SourceServerSettingsState { Settings = settings };
        try
        {
            await GrainStorage.GuardAsync(state.WriteStateAsync(), "settings");
        }
        catch (BrokerException)
        {
            state.State = new SourceServerSettingsState { Settings = before };
            DeactivateOnIdle();
            throw;
        }
    }
}
