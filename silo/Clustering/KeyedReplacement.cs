namespace CommandBroker.Silo.Clustering;

/// <summary>Takes the place of services that Orleans registers under keys of its own.</summary>
internal static class KeyedReplacement
{
    /// <summary>Replaces every service of a type that is registered under a key; it is there once for the process.</summary>
    /// <param name="services">Orleans' services.</param>
    /// <param name="replace">Given the one that was registered.</param>
    /// <exception cref="InvalidOperationException">
    /// There is none: this is another Orleans than the one the code was written for. It is no warning, which nobody would see before the day of the partition.
    /// </exception>
    public static void ReplaceKeyed<T>(this IServiceCollection services, Func<IServiceProvider, T, T> replace)
        where T : class
    {
        ServiceDescriptor[] found = [.. services.Where(service => service.ServiceType == typeof(T) && service is { IsKeyedService: true, KeyedImplementationFactory: not null })];
        if (found.Length == 0)
        {
            throw new InvalidOperationException(
                $"Orleans {typeof(IClusterClient).Assembly.GetName().Version} registers no {typeof(T).Name} under a key, so that neither Cluster:GatewaySilenceTimeout nor closed ports can be kept; Orleans 10.4 does.");
        }

        foreach (ServiceDescriptor service in found)
        {
            services.Remove(service);
            services.AddKeyedSingleton(service.ServiceKey, (provider, key) => replace(provider, (T)service.KeyedImplementationFactory!(provider, key)));
        }
    }
}
