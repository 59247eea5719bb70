using System.ComponentModel.DataAnnotations;
using CommandBroker.Client;
using CommandBroker.Client.Grains;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Hosting;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the clients to a host.</summary>
public static class CommandBrokerClientServices
{
    /// <summary>
    /// Adds <see cref="ICommandBrokerClient"/>, <see cref="ISourceServerClient"/> and <see cref="ICommandBrokerClientFactory"/>, all singletons.
    /// Adding them twice is harmless.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="clustering">
    /// How an Orleans client finds the cluster; null in a host that is a silo or has an Orleans client already, whose <see cref="IGrainFactory"/> is used.
    /// A host that finds no broker ends its start at once, with a <see cref="CommandBroker.Contracts.BrokerException"/> (Unreachable). One that is
    /// to wait says so with <c>UseConnectionRetryFilter</c>.
    /// </param>
    /// <param name="configure">Changes the defaults; a value out of range stops the host at its start.</param>
    public static IServiceCollection AddCommandBrokerClient(
        this IServiceCollection services, Action<IClientBuilder>? clustering = null, Action<CommandBrokerClientOptions>? configure = null)
    {
        if (clustering is not null)
        {
            services.AddOrleansClient(client =>
            {
                // One that the caller chooses counts instead.
                client.UseConnectionRetryFilter<BrokerSearch>();
                clustering(client);
            });
        }

        services.AddOptions<CommandBrokerClientOptions>()
            .Configure(options => configure?.Invoke(options))
            .Validate(
                options => options.Principal.Length > 0 && CommandBroker.Core.ProjectId.TryParse(options.ProjectId, out _)
                    && Validator.TryValidateObject(options.Retry, new ValidationContext(options.Retry), null, true),
                "CommandBrokerClientOptions: Principal must not be empty, ProjectId is 1 to 64 letters, digits, - and _, Retry:MaxAttempts is 1 to 20, BaseInterval 1 ms to 1 min, MaxInterval 1 ms to 5 min.")
            .ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<ICommandBrokerClientFactory>(host => new GrainCommandBrokerClientFactory(
            host.GetRequiredService<IGrainFactory>(), OptionsOf(host), host.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton<ICommandBrokerClient>(host =>
            host.GetRequiredService<ICommandBrokerClientFactory>().For(OptionsOf(host).Principal));
        services.TryAddSingleton<ISourceServerClient>(host => new GrainSourceServerClient(
            host.GetRequiredService<IGrainFactory>(), OptionsOf(host).Retry, host.GetRequiredService<TimeProvider>(), OptionsOf(host).ProjectId,
            OptionsOf(host).Principal));
        return services;
    }

    private static CommandBrokerClientOptions OptionsOf(IServiceProvider host) =>
        host.GetRequiredService<IOptions<CommandBrokerClientOptions>>().Value;
}
