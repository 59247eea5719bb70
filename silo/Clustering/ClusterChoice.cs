using CommandBroker.Storage;
using Microsoft.Extensions.Options;

namespace CommandBroker.Silo.Clustering;

/// <summary>What the settings of role, storage and clustering come to together, refused by name when they do not fit.</summary>
internal sealed record ClusterChoice
{
    /// <summary>The role.</summary>
    public required SiloOptions Silo { get; init; }

    /// <summary>The settings of the cluster.</summary>
    public required ClusteringOptions Options { get; init; }

    /// <summary>Where the database is kept.</summary>
    public required StorageProvider Provider { get; init; }

    /// <summary>The membership database; null when this process is a cluster of its own.</summary>
    public string? ConnectionString { get; init; }

    /// <summary>Reads the choice.</summary>
    /// <exception cref="OptionsValidationException">The settings do not fit together.</exception>
    public static ClusterChoice Read(IConfiguration configuration)
    {
        SiloOptions silo = Section<SiloOptions>(configuration, SiloOptions.Section);
        ClusteringOptions options = Section<ClusteringOptions>(configuration, ClusteringOptions.Section);
        StorageOptions storage = Section<StorageOptions>(configuration, StorageOptions.SectionName);
        if (silo.Role is not (BrokerRole.AllInOne or BrokerRole.Silo or BrokerRole.Gateway))
        {
            throw Refuse($"Silo:Role is {silo.Role}; {BrokerRole.AllInOne}, {BrokerRole.Silo} and {BrokerRole.Gateway} are allowed.");
        }

        bool isAlone = silo.Role == BrokerRole.AllInOne;
        var choice = new ClusterChoice { Silo = silo, Options = options, Provider = storage.Provider };
        if (!(options.Enabled ?? !isAlone))
        {
            return isAlone ? choice : throw Refuse($"Silo:Role is {silo.Role} and Cluster:Enabled is false; this role is part of a cluster.");
        }

        if (silo.HasSilo && storage.Provider != StorageProvider.Postgres)
        {
            throw Refuse(
                $"Storage:Provider is {storage.Provider}, which one process has for itself, and a cluster was asked for by "
                + (isAlone ? "Cluster:Enabled" : $"Silo:Role {silo.Role}")
                + ". Set Storage:Provider to postgres and Storage:ConnectionString, or Silo:Role to all-in-one without Cluster:Enabled.");
        }

        string? given = string.IsNullOrWhiteSpace(options.ConnectionString) ? storage.ConnectionString : options.ConnectionString;
        return string.IsNullOrWhiteSpace(given)
            ? throw Refuse($"Silo:Role is {silo.Role} and neither Cluster:ConnectionString nor Storage:ConnectionString says where the silos are listed.")
            : choice with { ConnectionString = MembershipConnection.Of(given) };
    }

    private static T Section<T>(IConfiguration configuration, string name)
        where T : new() => configuration.GetSection(name).Get<T>() ?? new T();

    private static OptionsValidationException Refuse(string message) => new(ClusteringOptions.Section, typeof(ClusteringOptions), [message]);
}
