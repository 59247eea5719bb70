using CommandBroker.Contracts;
using CommandBroker.Contracts.Identity;
using CommandBroker.Core;
using CommandBroker.Gateway.Grains;
using CommandBroker.Gateway.Identity;
using Microsoft.Extensions.Options;
using Xunit;

namespace CommandBroker.Gateway.Tests;

public sealed class SourceServerCacheTests
{
    private static readonly Principal Blue = CallerIn(ProjectId.Parse("blue"));
    private static readonly Principal Plain = CallerIn(ProjectId.Default);
    private static readonly ServerId Web = ServerId.Parse("web");

    private readonly FakeGrains _grains = new();
    private readonly IdleQueue _local = new();
    private readonly SourceServerCache _cache;

    public SourceServerCacheTests() => _cache = new SourceServerCache(_grains, _local, Options.Create(new GatewayOptions()), TimeProvider.System);

    [Fact]
    public async Task A_source_server_of_another_project_is_asked_for_by_its_own_key_and_not_found()
    {
        _grains.Register("web");
        Assert.NotNull(await _cache.FindAsync(Plain, Web));

        Assert.False(_cache.TryGet(Blue, Web, out _));
        Assert.Null(await _cache.FindAsync(Blue, Web));
        Assert.Equal(["Exist web", "Exist blue/web"], _grains.DirectoryGrain.Calls);
        Assert.Equal(1, _grains.ReferenceCount);
    }

    [Fact]
    public async Task The_same_id_in_two_projects_leads_to_two_queues()
    {
        _grains.Register("web");
        _grains.Register("blue/web");

        ISourceServerGrain? bare = await _cache.FindAsync(Plain, Web);
        ISourceServerGrain? blue = await _cache.FindAsync(Blue, Web);

        Assert.NotSame(bare, blue);
        Assert.True(_cache.TryGet(Blue, Web, out ISourceServerGrain? known));
        Assert.Same(blue, known);
        _cache.Remove(Plain, Web);
        Assert.True(_cache.TryGet(Blue, Web, out _));
        Assert.False(_cache.TryGet(Plain, Web, out _));
        Assert.Equal(1, _cache.Count);
    }

    [Fact]
    public void A_queue_that_is_idle_in_one_project_is_not_idle_in_another()
    {
        _local.Key = "blue/web";
        Assert.True(_cache.IsIdle(Blue, Web));
        Assert.False(_cache.IsIdle(Plain, Web));

        _local.Key = "web";
        Assert.False(_cache.IsIdle(Blue, Web));
        Assert.True(_cache.IsIdle(Plain, Web));
    }

    [Fact]
    public async Task A_caller_that_is_bound_to_another_source_server_finds_nothing_and_nobody_is_asked()
    {
        _grains.Register("web");
        _local.Key = "web";
        await _cache.FindAsync(Plain, Web);
        Principal bound = CallerIn(ProjectId.Default, "db");
        Assert.False(_cache.IsIdle(bound, Web));
        Assert.False(_cache.TryGet(bound, Web, out _));
        Assert.Null(await _cache.FindAsync(bound, Web));
        Assert.Single(_grains.DirectoryGrain.Calls);
    }

    private static Principal CallerIn(ProjectId project, string? serverId = null) => new()
    {
        Id = "p", Name = "p", DomainId = "d", DomainName = "d", ProjectId = project, ProjectName = "p", ServerId = serverId, Permissions = Permission.None,
    };

    private sealed class IdleQueue : ILocalQueues
    {
        public string Key { get; set; } = "";

        public bool IsIdle(ReadOnlySpan<char> key) => key.SequenceEqual(Key);
    }
}
