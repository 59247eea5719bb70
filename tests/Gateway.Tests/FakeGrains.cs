using System.Collections.Concurrent;
using CommandBroker.Contracts;
using CommandBroker.Contracts.Identity;
using CommandBroker.Core;
using CommandBroker.Gateway.Grains;

namespace CommandBroker.Gateway.Tests;

/// <summary>Grains that answer what a test tells them to.</summary>
internal sealed class FakeGrains : IBrokerGrains
{
    public FakeIdentity Identity { get; } = new();

    public FakeIdentityAdmin Admin { get; } = FakeIdentityAdmin.Create();

    public FakeDirectory DirectoryGrain { get; } = new();

    public ConcurrentDictionary<string, FakeServer> Servers { get; } = new(StringComparer.Ordinal);

    public FakeClaims Claims { get; } = new();

    public int ReferenceCount { get; private set; }

    IIdentityGrain IBrokerGrains.Identity => Identity;

    IIdentityAdminGrain IBrokerGrains.IdentityAdmin => Admin.Grain;

    ISourceDirectoryGrain IBrokerGrains.Directory => DirectoryGrain;

    IUserNameGrain IBrokerGrains.UserNames => Identity;

    ISignatureClaimGrain IBrokerGrains.SignatureClaims(long shard) => Claims;

    ISourceServerGrain IBrokerGrains.SourceServer(SourceServerKey key)
    {
        ReferenceCount++;
        return Server(key.Text);
    }

    /// <summary>A source server that is registered from now on.</summary>
    public FakeServer Register(string serverId)
    {
        DirectoryGrain.Ids[serverId] = true;
        return Server(serverId);
    }

    private FakeServer Server(string serverId) => Servers.GetOrAdd(serverId, id => new FakeServer { Id = id });
}
