namespace CommandBroker.Testing;

/// <summary>Finds the installed PostgreSQL server.</summary>
public static class PostgresBinaries
{
    private const string DebianRoot = "/usr/lib/postgresql";

    /// <summary>The directory that holds <c>initdb</c> and <c>postgres</c>, the newest version first; null when none is installed.</summary>
    public static string? Directory { get; } = Candidates().FirstOrDefault(IsServer);

    private static IEnumerable<string> Candidates()
    {
        string[] packaged = System.IO.Directory.Exists(DebianRoot) ? System.IO.Directory.GetDirectories(DebianRoot) : [];
        string[] path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return packaged.OrderByDescending(VersionOf).Select(version => Path.Combine(version, "bin")).Concat(path);
    }

    private static int VersionOf(string directory) => int.TryParse(Path.GetFileName(directory), out int version) ? version : 0;

    private static bool IsServer(string directory) =>
        File.Exists(Path.Combine(directory, "initdb")) && File.Exists(Path.Combine(directory, "postgres"));
}
