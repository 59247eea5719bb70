using System.Reflection;
using CommandBroker.Gateway;
using CommandBroker.Gateway.ExternalIam;
using CommandBroker.Gateway.Identity;
using CommandBroker.Grains;
using CommandBroker.Silo.Clustering;
using CommandBroker.Storage;
using Microsoft.Extensions.Options;

namespace CommandBroker.Silo.Starting;

/// <summary>
/// Refuses names in the broker's own sections that no setting has: a limit that was misspelt would otherwise silently be the default. Each section may be given to
/// each role, so that one file of settings can serve them all. A value that cannot be read is refused here as well.
/// </summary>
internal static class SettingNames
{
    private static readonly ILookup<string, Type> Sections = new (string Name, Type Options)[]
    {
        (QueueOptions.Section, typeof(QueueOptions)),
        (SourceOptions.Section, typeof(SourceOptions)),
        (IdentityOptions.Section, typeof(IdentityOptions)),
        (AdmissionOptions.Section, typeof(AdmissionOptions)),
        (ExternalIamOptions.Section, typeof(ExternalIamOptions)),
        (KeystoneOptions.Section, typeof(KeystoneOptions)),
        (OidcOptions.Section, typeof(OidcOptions)),
        (StorageOptions.SectionName, typeof(StorageOptions)),
        (Gateway.GatewayOptions.Section, typeof(Gateway.GatewayOptions)),
        (SiloOptions.Section, typeof(SiloOptions)),
        (ClusteringOptions.Section, typeof(ClusteringOptions)),
        (CredentialOptions.Section, typeof(CredentialOptions)),
    }.ToLookup(section => section.Name, section => section.Options);

    /// <summary>Checks the names, and whether their values can be read; what is above a section, or in none of ours, is not looked at.</summary>
    /// <exception cref="OptionsValidationException">
    /// A name is no setting, or its value is of another kind; the message has what is allowed.
    /// </exception>
    public static void Check(IConfiguration configuration)
    {
        foreach (IGrouping<string, Type> section in Sections)
        {
            ILookup<string, PropertyInfo> settings = section.SelectMany(options => options.GetProperties()).Where(setting => setting.CanWrite)
                .ToLookup(setting => setting.Name, StringComparer.OrdinalIgnoreCase);
            HashSet<string> known = new(settings.Select(setting => setting.Key).Concat(SectionsIn(section.Key)), StringComparer.OrdinalIgnoreCase);
            foreach (IConfigurationSection given in configuration.GetSection(section.Key).GetChildren())
            {
                string? fault = !known.Contains(given.Key)
                    ? $"{given.Path} is no setting; {section.Key} has {string.Join(", ", known.Order(StringComparer.Ordinal))}."
                    : settings[given.Key].FirstOrDefault() is { } setting ? SettingValues.FaultOf(given, setting) : null;
                if (fault is not null)
                {
                    throw new OptionsValidationException(section.Key, section.First(), [fault]);
                }
            }
        }
    }

    private static IEnumerable<string> SectionsIn(string section) =>
        Sections.Select(other => other.Key).Where(name => name.StartsWith(section + ":", StringComparison.Ordinal)).Select(name => name[(section.Length + 1)..]);
}
