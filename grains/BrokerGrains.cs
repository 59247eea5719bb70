using CommandBroker.Contracts;
using CommandBroker.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Storage;

namespace CommandBroker.Grains;

/// <summary>Adds the broker's grains to a silo.</summary>
public static class BrokerGrains
{
    /// <summary>
    /// Adds the grains, their options (sections <c>Queue</c>, <c>Sources</c> and <c>Identity</c>, validated at start), retention and visit writing. The
    /// container must hold an opened <see cref="IBrokerDatabase"/>. Low-rate grain state goes into the same database.
    /// </summary>
    /// <param name="silo">The silo to add to.</param>
    /// <param name="provider">The database's kind; memory keeps the grain state in memory as well.</param>
    /// <param name="hasGateway">Whether the process is a gateway as well, which answers idle polls of this silo's queues itself.</param>
    public static ISiloBuilder AddBrokerGrains(this ISiloBuilder silo, StorageProvider provider, bool hasGateway = true)
    {
        IServiceCollection services = silo.Services;
        services.AddOptions<QueueOptions>().BindConfiguration(QueueOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<IValidateOptions<QueueOptions>, SupersedeValidator>();
        services.AddOptions<SourceOptions>().BindConfiguration(SourceOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<VisitRecorder>();
        services.AddSingleton<QueueInstruments>();
        services.AddSingleton(provider => new LocalQueues(provider.GetRequiredService<TimeProvider>(), hasGateway));
        services.AddSingleton<ILocalQueues>(provider => provider.GetRequiredService<LocalQueues>());
        services.AddSingleton<PendingQuotas>();
        services.AddSingleton<SiloQueues>();
        services.AddSingleton<QueueContext>();
        silo.Configure<GrainVersioningOptions>(UseVersions);
        services.AddIdentities();
        services.TryAddSingleton(new DatabaseGate(isOpen: true));
        services.AddAfterDatabase<RetentionService>();
        services.AddAfterDatabase<VisitFlushService>();
        services.AddAfterDatabase<OverdueSweepService>();
        services.AddAfterDatabase<QuotaRefreshService>();
        services.AddSingleton<StoreProbe>();
        if (provider == StorageProvider.Memory)
        {
            silo.AddMemoryGrainStorage(GrainStorage.Tables);
        }
        else
        {
            silo.AddAdoNetGrainStorage(GrainStorage.Tables, builder => builder.Configure<IBrokerDatabase>((options, database) =>
            {
                (options.Invariant, options.ConnectionString) = database.OrleansConnection!.Value;
                options.GrainStorageSerializer = new JsonStateSerializer();
            }));
        }

        services.AddKeyedSingleton<IGrainStorage>(GrainStorage.Provider, (provider, _) => new GuardedGrainStorage(
            provider.GetRequiredKeyedService<IGrainStorage>(GrainStorage.Tables),
            provider.GetRequiredService<IBrokerDatabase>(),
            provider.GetRequiredService<ILogger<GuardedGrainStorage>>()));
        return silo;
    }

    /// <summary>
    /// During a rolling upgrade two releases serve the same grains. A release keeps every method of the one before, so a newer activation takes older calls;
    /// a call of a newer interface goes to silos that have it. Without a raised version any silo may hold the grain, as between equal releases.
    /// </summary>
    private static void UseVersions(GrainVersioningOptions versions) => (versions.DefaultCompatibilityStrategy, versions.DefaultVersionSelectorStrategy) =
        (nameof(Orleans.Versions.Compatibility.BackwardCompatible), nameof(Orleans.Versions.Selector.AllCompatibleVersions));

    private static void AddIdentities(this IServiceCollection services)
    {
        services.AddOptions<IdentityOptions>().BindConfiguration(IdentityOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<IValidateOptions<IdentityOptions>, MasterKeyValidator>();
        services.AddSingleton<PasswordChecks>();
        services.AddSingleton<IdentityContext>();
        services.AddSingleton<IdentityWrites>();
        services.AddSingleton<BoundPrincipals>();
        services.AddSingleton<TokenKeys>();
        services.AddSingleton<AuditRecorder>();
        services.AddSingleton<AuditFlushService>();
        services.AddSingleton<SignIns>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, MasterKeyCheck>();
        services.AddAfterDatabase<AuditFlushService>();
        services.AddAfterDatabase<IdentityMaintenanceService>();
    }

    // Not AddHostedService, which keeps one of each type, and all of these are of one.
    private static void AddAfterDatabase<T>(this IServiceCollection services)
        where T : class, IHostedService
    {
        services.TryAddSingleton<T>();
        services.AddSingleton<IHostedService>(provider => new AfterDatabase(provider.GetRequiredService<T>(), provider.GetRequiredService<DatabaseGate>()));
    }
}
