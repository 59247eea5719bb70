using CommandBroker.Grains;
using CommandBroker.Identity.Secrets;
using CommandBroker.Storage;

namespace CommandBroker.Silo;

/// <summary>The master key that a development broker makes for itself, beside its data. Elsewhere an operator gives one.</summary>
internal static class DevMasterKey
{
    public const string FileName = "master.key";

    /// <summary>In Development, without a key in the settings, uses <c>master.key</c> in <c>Storage:DataDirectory</c> and makes it when it is missing.</summary>
    public static void AddDevelopmentMasterKey(this IServiceCollection services) =>
        services.AddOptions<IdentityOptions>().PostConfigure<IHostEnvironment, IConfiguration>((identity, environment, configuration) =>
        {
            if (environment.IsDevelopment() && string.IsNullOrWhiteSpace(identity.MasterKey) && string.IsNullOrWhiteSpace(identity.MasterKeyFile))
            {
                // Not by the options: they may be wrong, which is told by their own validation.
                identity.MasterKeyFile = Ensure(configuration[$"{StorageOptions.SectionName}:{nameof(StorageOptions.DataDirectory)}"] ?? new StorageOptions().DataDirectory);
            }
        });

    private static string Ensure(string directory)
    {
        string path = Path.Combine(directory, FileName);
        if (!File.Exists(path))
        {
            PrivateFile.Write(path, stream =>
            {
                using var writer = new StreamWriter(stream, leaveOpen: true);
                writer.WriteLine(MasterKey.Create());
            });
        }

        return path;
    }
}
