using CommandBroker.Contracts.Identity;

namespace CommandBroker.Gateway.Grains;

/// <summary>The grains of the silo or cluster this process belongs to.</summary>
internal sealed class OrleansGrains(IGrainFactory factory) : IBrokerGrains
{
    /// <inheritdoc/>
    public IIdentityGrain Identity { get; } = factory.GetGrain<IIdentityGrain>(0);

    /// <inheritdoc/>
    public IIdentityAdminGrain IdentityAdmin { get; } = factory.GetGrain<IIdentityAdminGrain>(0);

    /// <inheritdoc/>
    public ISourceDirectoryGrain Directory { get; } = factory.GetGrain<ISourceDirectoryGrain>(0);

    /// <inheritdoc/>
    public ISourceServerGrain SourceServer(SourceServerKey key) => factory.GetGrain<ISourceServerGrain>(key.Text);
}
