using System.Collections.Immutable;

namespace CommandBroker.Grains;

/// <summary>The tokens that a release before 0.2 kept as grain state; use key 0. Read once, to take them over.</summary>
[Alias("CommandBroker.IFormerTokensGrain")]
internal interface IFormerTokensGrain : IGrainWithIntegerKey
{
    /// <summary>The tokens; empty when there are none, or they were taken over.</summary>
    [Alias("Read")]
    ValueTask<ImmutableArray<FormerToken>> ReadAsync();

    /// <summary>Forgets them.</summary>
    [Alias("Clear")]
    ValueTask ClearAsync();
}
