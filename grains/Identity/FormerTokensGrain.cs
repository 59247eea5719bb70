using System.Collections.Immutable;

namespace CommandBroker.Grains;

/// <inheritdoc cref="IFormerTokensGrain"/>
internal sealed class FormerTokensGrain(
    [PersistentState(GrainStorage.FormerTokens, GrainStorage.Provider)] IPersistentState<FormerTokensState> state) : Grain, IFormerTokensGrain
{
    public ValueTask<ImmutableArray<FormerToken>> ReadAsync() => new([.. state.State.Credentials]);

    public async ValueTask ClearAsync()
    {
        await GrainStorage.GuardAsync(state.ClearStateAsync(), "former tokens");
        state.State = new FormerTokensState();
    }
}
