namespace CommandBroker.EndToEnd.Tests;

/// <summary>Where the programs under test were built: beside this test, in the same configuration.</summary>
internal static class Repository
{
    public static string Configuration { get; } = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    public static string Root { get; } = FindRoot();

    public static string SiloDll { get; } = Path.Combine(Root, "silo", "bin", Configuration, "net10.0", "CommandBroker.Silo.dll");

    public static string CliDll { get; } = Path.Combine(Root, "cli", "bin", Configuration, "net10.0", "cbroker.dll");

    private static string FindRoot()
    {
        DirectoryInfo? directory = new(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "CommandBroker.sln")))
        {
            directory = directory.Parent;
        }

        return directory?.FullName ?? throw new InvalidOperationException("CommandBroker.sln is in no directory above the tests.");
    }
}
