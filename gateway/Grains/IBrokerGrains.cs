using CommandBroker.Contracts.Identity;

namespace CommandBroker.Gateway.Grains;

/// <summary>Where the gateway finds its grains.</summary>
internal interface IBrokerGrains
{
    /// <summary>Callers and what they may do.</summary>
    IIdentityGrain Identity { get; }

    /// <summary>The administration of tenants, principals and keys.</summary>
    IIdentityAdminGrain IdentityAdmin { get; }

    /// <summary>The directory of source servers.</summary>
    ISourceDirectoryGrain Directory { get; }

    /// <summary>Which user a sign-in is about.</summary>
    IUserNameGrain UserNames { get; }

    /// <summary>What is remembered of the signatures of enqueues; see <see cref="ISignatureClaimGrain"/>.</summary>
    ISignatureClaimGrain SignatureClaims(long shard);

    /// <summary>A reference to one source server's queue; making one calls nothing.</summary>
    ISourceServerGrain SourceServer(SourceServerKey key);
}
