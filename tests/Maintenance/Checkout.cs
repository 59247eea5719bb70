namespace CommandBroker.Maintenance;

/// <summary>This repository, what was built of it, and older releases of it.</summary>
internal static class Checkout
{
    private static readonly Dictionary<string, string> None = [];

    /// <summary>The repository's directory.</summary>
    public static string Root { get; } = Mine.Parent!.Parent!.Parent!.Parent!.Parent!.FullName;

    private static DirectoryInfo Mine => new(AppContext.BaseDirectory);

    /// <summary>A program of this build.</summary>
    public static string Built(string project, string dll)
    {
        // tests/Maintenance/bin/<configuration>/<framework>/ beside <project>/bin/<configuration>/<framework>/
        string program = Path.Combine(Root, project, "bin", Mine.Parent!.Name, Mine.Name, dll);
        return File.Exists(program) ? program : throw new InvalidOperationException($"{program} is not there: build {project}.");
    }

    /// <summary>The last commit before the newest change of PostgreSQL's schema.</summary>
    public static async Task<string> BeforeLastMigrationAsync() => await GitAsync(
        "rev-parse", await GitAsync("log", "-1", "--diff-filter=A", "--format=%H", "--", "storage/Postgres/Migrations") + "~1");

    /// <summary>One line about a commit.</summary>
    public static Task<string> DescribeAsync(string commit) => GitAsync("log", "-1", "--format=%h (%cs) %s", commit);

    /// <summary>Builds the broker of another commit.</summary>
    /// <param name="commit">A tag or a commit of this repository.</param>
    /// <param name="directory">Where to; the source lands beside it.</param>
    /// <returns>The program.</returns>
    public static async Task<string> BuildAsync(string commit, string directory)
    {
        string source = directory + "-source";
        await GitAsync("worktree", "add", "--detach", "--force", source, commit);
        try
        {
            await Tool.RunAsync(None, "dotnet", "publish", Path.Combine(source, "silo"), "-c", "Release", "-o", directory, "--nologo", "-v", "q", "-p:RunAnalyzers=false");
        }
        finally
        {
            await GitAsync("worktree", "remove", "--force", source);
        }

        return Path.Combine(directory, "CommandBroker.Silo.dll");
    }

    private static async Task<string> GitAsync(params string[] args) => (await Tool.RunAsync(None, "git", ["-C", Root, .. args])).Trim();
}
