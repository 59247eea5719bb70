using CommandBroker.Contracts.Identity;

namespace CommandBroker.Gateway.Grains;

/// <summary>The grains of the silo or cluster this process belongs to. References are made when first used: a client knows no grain before it has met a silo.</summary>
internal sealed class OrleansGrains(IGrainFactory factory) : IBrokerGrains
{
    private IIdentityGrain? _identity;
    private IIdentityAdminGrain? _identityAdmin;
    private ISourceDirectoryGrain? _directory;
    private IUserNameGrain? _userNames;

    /// <inheritdoc/>
    public IIdentityGrain Identity => _identity ??= factory.GetGrain<IIdentityGrain>(0);

    /// <inheritdoc/>
    public IIdentityAdminGrain IdentityAdmin => _identityAdmin ??= factory.GetGrain<IIdentityAdminGrain>(0);

    /// <inheritdoc/>
    public ISourceDirectoryGrain Directory => _directory ??= factory.GetGrain<ISourceDirectoryGrain>(0);

    /// <inheritdoc/>
    public IUserNameGrain UserNames => _userNames ??= factory.GetGrain<IUserNameGrain>(0);

    /// <inheritdoc/>
    public ISignatureClaimGrain SignatureClaims(long shard) => factory.GetGrain<ISignatureClaimGrain>(shard);

    /// <inheritdoc/>
    public ISourceServerGrain SourceServer(SourceServerKey key) => factory.GetGrain<ISourceServerGrain>(key.Text);
}
