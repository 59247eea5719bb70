namespace CommandBroker.EndToEnd.Tests;

/// <summary>
/// A directory in which <c>dotnet run --no-build</c> does what it does in the repository, without the data that lie there: the projects as they are,
/// what was built of them linked.
/// </summary>
internal sealed class BuiltCheckout
{
    private static readonly string[] BuildFiles = ["Directory.Build.props", "Directory.Packages.props", "global.json", "CommandBroker.sln"];

    public BuiltCheckout(string directory)
    {
        Root = Directory.CreateDirectory(directory).FullName;
        foreach (string file in BuildFiles)
        {
            File.Copy(Path.Combine(Repository.Root, file), Path.Combine(Root, file));
        }

        foreach (string project in Directory.EnumerateFiles(Repository.Root, "*.csproj", new EnumerationOptions { MaxRecursionDepth = 1, RecurseSubdirectories = true }))
        {
            Take(project);
        }
    }

    public string Root { get; }

    public string Data => Path.Combine(Root, "data");

    /// <summary>A documented shell text as it is run here: what is built already is not built again, and in the configuration under test.</summary>
    public static string Command(string text) =>
        text.Replace("dotnet run --project", $"dotnet run --no-build -c {Repository.Configuration} --project", StringComparison.Ordinal);

    private void Take(string project)
    {
        string from = Path.GetDirectoryName(project)!;
        string to = Directory.CreateDirectory(Path.Combine(Root, Path.GetFileName(from))).FullName;
        File.Copy(project, Path.Combine(to, Path.GetFileName(project)));
        foreach (string built in (string[])["bin", "obj", "Properties"])
        {
            if (Directory.Exists(Path.Combine(from, built)))
            {
                Directory.CreateSymbolicLink(Path.Combine(to, built), Path.Combine(from, built));
            }
        }
    }
}
