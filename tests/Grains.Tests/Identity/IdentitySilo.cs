using CommandBroker.Contracts.Identity;
using CommandBroker.Core;
using CommandBroker.Identity.Secrets;
using CommandBroker.Storage;
using CommandBroker.Storage.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using Orleans.TestingHost;
using Xunit;

namespace CommandBroker.Grains.Tests;

/// <summary>A silo on any database, with a clock that the test moves, seen as gateways and tools see it.</summary>
public sealed class IdentitySilo : IAsyncLifetime
{
    private readonly Action<IdentityOptions> _configure;
    private InProcessTestCluster _cluster = null!;

    public IdentitySilo()
        : this(new MemoryDatabase(), _ => { })
    {
    }

    internal IdentitySilo(IBrokerDatabase database, Action<IdentityOptions> configure, FakeTimeProvider? clock = null)
    {
        Database = database;
        _configure = configure;
        Clock = clock ?? new FakeTimeProvider(Start);
    }

    public static DateTimeOffset Start { get; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>A broker administrator, whom no row stands for.</summary>
    public static AdminCaller Root { get; } = Admin(DefaultTenant.DomainId);

    public string MasterKeyText { get; } = MasterKey.Create();

    public FakeTimeProvider Clock { get; }

    public IBrokerDatabase Database { get; }

    public IUserNameGrain UserNames => _cluster.Client.GetGrain<IUserNameGrain>(0);

    public IIdentityAdminGrain AdminGrain => _cluster.Client.GetGrain<IIdentityAdminGrain>(0);

    public IIdentityGrain Identity => _cluster.Client.GetGrain<IIdentityGrain>(0);

    internal T Service<T>()
        where T : notnull => _cluster.Silos[0].ServiceProvider.GetRequiredService<T>();

    internal T Hosted<T>()
        where T : class =>
        _cluster.Silos[0].ServiceProvider.GetService<T>() ?? _cluster.Silos[0].ServiceProvider.GetServices<IHostedService>().OfType<T>().Single();

    public T Grain<T>(string key)
        where T : IGrainWithStringKey => _cluster.Client.GetGrain<T>(key);

    public T Grain<T>(long key)
        where T : IGrainWithIntegerKey => _cluster.Client.GetGrain<T>(key);

    public async Task InitializeAsync()
    {
        await Database.OpenAsync(CancellationToken.None);
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureSilo((_, silo) =>
        {
            silo.Services.Configure<IdentityOptions>(options => options.MasterKey = MasterKeyText);
            silo.Services.Configure(_configure);
            silo.Services.AddSingleton(Database);
            silo.AddBrokerGrains(StorageProvider.Memory);
            silo.Services.AddSingleton<TimeProvider>(Clock);
            silo.Services.UseTimeProviderForBackgroundAreas(TimeProvider.System);
        });
        _cluster = builder.Build();
        await _cluster.DeployAsync();
    }

    public Task DisposeAsync() => _cluster.DisposeAsync().AsTask();

    public static AdminCaller Admin(string domainId, string? projectId = null) => new()
    {
        Actor = new AuditActor { DomainId = domainId, Name = "admin of " + domainId, PrincipalId = "p", RemoteAddress = "10.0.0.1" },
        RequestId = "request-1",
        ProjectId = projectId,
    };

    public static string NewName(string prefix = "n") => prefix + Guid.NewGuid().ToString("N");

    /// <summary>A domain with its default project.</summary>
    public async Task<(TenantView Domain, TenantView Project)> NewDomainAsync()
    {
        TenantView domain = await AdminGrain.CreateDomainAsync(Root, NewName("domain "));
        return (domain, (await AdminGrain.ListProjectsAsync(Root, domain.TenantId, null, 1_000))[0]);
    }

    public async Task<PrincipalView> NewPrincipalAsync(
        string domainId = DefaultTenant.DomainId, string? projectId = null, bool isDomainWide = false, Roles roles = Roles.Operator, string? password = null) =>
        await AdminGrain.CreatePrincipalAsync(Root, new NewPrincipal
        {
            Name = NewName("user "),
            DomainId = domainId,
            ProjectId = projectId,
            IsDomainWide = isDomainWide,
            Roles = roles,
            Password = password,
        });

    public async Task<NewAccessKey> NewKeyAsync(string principalId) =>
        await AdminGrain.CreateKeyAsync(Root, new NewAccessKeyCall { PrincipalId = principalId });

    /// <summary>What a gateway that knows the given revision is told.</summary>
    public async Task<string[]> ChangesSinceAsync(long revision) =>
        [.. (await Identity.ReadChangesAsync(revision)).Changes.Select(change => $"{change.Kind} {change.Subject}")];

    public async Task<long> RevisionAsync() => (await Identity.ReadSnapshotAsync()).Revision;
}
