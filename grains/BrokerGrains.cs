using CommandBroker.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace CommandBroker.Grains;

/// <summary>Adds the broker's grains to a silo.</summary>
public static class BrokerGrains
{
    /// <summary>
    /// Adds the grains, their options (sections <c>Queue</c> and <c>Sources</c>, validated at start), retention and visit writing. The
    /// container must hold an opened <see cref="IBrokerDatabase"/>. Low-rate grain state goes into the same database.
    /// </summary>
    /// <param name="silo">The silo to add to.</param>
    /// <param name="orleansConnection">Where the state goes, from <see cref="IBrokerDatabase.OrleansConnection"/>; null keeps it in memory.</param>
    public static ISiloBuilder AddBrokerGrains(this ISiloBuilder silo, (string Invariant, string ConnectionString)? orleansConnection)
    {
        IServiceCollection services = silo.Services;
        services.AddOptions<QueueOptions>().BindConfiguration(QueueOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<IValidateOptions<QueueOptions>, SupersedeValidator>();
        services.AddOptions<SourceOptions>().BindConfiguration(SourceOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<VisitRecorder>();
        services.AddSingleton<QueueContext>();
        services.AddHostedService<RetentionService>();
        services.AddHostedService<VisitFlushService>();
        if (orleansConnection is (string invariant, string connectionString))
        {
            silo.AddAdoNetGrainStorage(GrainStorage.Provider, options =>
            {
                options.Invariant = invariant;
                options.ConnectionString = connectionString;
                options.GrainStorageSerializer = new JsonStateSerializer();
            });
        }
        else
        {
            silo.AddMemoryGrainStorage(GrainStorage.Provider);
        }

        return silo;
    }
}
