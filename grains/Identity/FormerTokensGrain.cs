using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;

namespace CommandBroker.Grains;

/// <inheritdoc cref="IFormerTokensGrain"/>
internal sealed class FormerTokensGrain : Grain, IFormerTokensGrain
{
    private readonly StoredState<FormerTokensState> _stored;

    public FormerTokensGrain([FromKeyedServices(GrainStorage.Provider)] IGrainStorage storage) =>
        _stored = new StoredState<FormerTokensState>(storage, GrainStorage.FormerTokens, this.GetGrainId());

    public async ValueTask<ImmutableArray<FormerToken>> ReadAsync() => [.. (await _stored.ReadAsync()).Credentials];

    public async ValueTask ClearAsync() => await _stored.ClearAsync();
}
