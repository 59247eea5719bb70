using CommandBroker.Storage.Memory;
using CommandBroker.Storage.Postgres;
using CommandBroker.Storage.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CommandBroker.Storage;

/// <summary>Adds the database to a host.</summary>
public static class StorageServiceCollectionExtensions
{
    /// <summary>
    /// Adds <see cref="IBrokerDatabase"/> and its stores as <see cref="StorageOptions"/> say. The host must call
    /// <see cref="IBrokerDatabase.OpenAsync"/> before anything uses them; the container closes the database.
    /// </summary>
    public static IServiceCollection AddBrokerStorage(this IServiceCollection services)
    {
        services.AddOptions<StorageOptions>().BindConfiguration(StorageOptions.SectionName).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton(provider => new DatabasePulse(Clock(provider)));
        services.AddSingleton(provider => Create(
            provider.GetRequiredService<IOptions<StorageOptions>>().Value, Clock(provider), provider.GetRequiredService<DatabasePulse>(),
            new DamageLog(provider.GetService<ILoggerFactory>()?.CreateLogger(typeof(IBrokerDatabase).Namespace!))));
        services.AddSingleton(provider => provider.GetRequiredService<IBrokerDatabase>().Commands);
        services.AddSingleton(provider => provider.GetRequiredService<IBrokerDatabase>().SourceServers);
        services.AddSingleton(provider => provider.GetRequiredService<IBrokerDatabase>().Identities);
        return services;
    }

    private static TimeProvider Clock(IServiceProvider provider) => provider.GetService<TimeProvider>() ?? TimeProvider.System;

    private static IBrokerDatabase Create(StorageOptions options, TimeProvider clock, DatabasePulse pulse, DamageLog damage) => options.Provider switch
    {
        StorageProvider.Postgres => new PostgresDatabase(options, clock, pulse, damage),
        StorageProvider.Memory => new MemoryDatabase(),
        StorageProvider.Sqlite => new SqliteDatabase(options, clock, damage: damage),
        _ => throw new NotSupportedException($"Storage:Provider is {options.Provider}, which this build does not hold."),
    };
}
