using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;

namespace CommandBroker.Storage.Sqlite;

/// <summary>Brings the schema up to date: numbered scripts inside the assembly, each in a transaction with its number in <c>user_version</c>.</summary>
internal static partial class SqliteMigrations
{
    private const string Folder = "CommandBroker.Storage.Sqlite.Migrations.";
    private static readonly string[] UniqueKeys = ["command_open", "command_ended", "source_server_id", "OrleansStorageKey",
        "domain_name", "project_name", "principal_name"];

    /// <summary>Makes the tables of identities alone, in a database that has nothing else: the scripts whose names end so.</summary>
    public static void RunIdentity(SqliteSession session)
    {
        foreach (string script in typeof(SqliteMigrations).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Folder, StringComparison.Ordinal) && name.EndsWith("_identity.sql", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal))
        {
            session.Execute(Read(script));
        }
    }

    /// <summary>Runs the scripts that are missing and checks the unique keys, on which every promise of the store rests.</summary>
    /// <exception cref="InvalidOperationException">The schema is newer than this release, or a unique key is missing.</exception>
    public static void Run(SqliteSession session, string path)
    {
        Assembly assembly = typeof(SqliteMigrations).Assembly;
        string[] scripts = [.. assembly.GetManifestResourceNames().Where(name => name.StartsWith(Folder, StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
        long found = session["PRAGMA user_version"].Scalar() ?? 0;
        if (found > scripts.Length)
        {
            throw new InvalidOperationException(
                $"The schema of {path} has version {found}; this release understands {scripts.Length}. Run the release that wrote it, or a later one.");
        }

        for (int number = (int)found + 1; number <= scripts.Length; number++)
        {
            string script = WithoutKnownColumns(session, Read(scripts[number - 1]));
            session.Execute(string.Create(CultureInfo.InvariantCulture, $"BEGIN IMMEDIATE;\n{script}\nPRAGMA user_version = {number};\nCOMMIT;"));
        }

        foreach (string key in UniqueKeys)
        {
            if (session["SELECT 1 FROM sqlite_schema WHERE type = 'index' AND name = ?1 AND sql LIKE 'CREATE UNIQUE%'"].Bind(1, key).Scalar() is null)
            {
                throw new InvalidOperationException($"The unique index {key} is missing in {path}; restore the file from a backup, or add the index again.");
            }
        }
    }

    /// <summary>Refuses a file whose schema is not this release's, for whoever must not change it.</summary>
    public static void RequireCurrent(SqliteSession session, string path)
    {
        long found = session["PRAGMA user_version"].Scalar() ?? 0;
        int known = typeof(SqliteMigrations).Assembly.GetManifestResourceNames().Count(name => name.StartsWith(Folder, StringComparison.Ordinal));
        if (found != known)
        {
            throw new InvalidOperationException(
                $"The schema of {path} has version {found}; this release reads {known}. Use the release of the broker that last ran on it, or start this one's broker on it first.");
        }
    }

    // SQLite has no ADD COLUMN IF NOT EXISTS, and a script must be harmless over its own work.
    private static string WithoutKnownColumns(SqliteSession session, string script) => AddColumn().Replace(script, added =>
        session["SELECT 1 FROM pragma_table_info(?1) WHERE name = ?2"].Bind(1, added.Groups["table"].Value).Bind(2, added.Groups["column"].Value).Scalar() is null
            ? added.Value
            : "");

    [GeneratedRegex(@"^ALTER TABLE (?<table>\w+) ADD COLUMN (?<column>\w+)[^;]*;", RegexOptions.Multiline)]
    private static partial Regex AddColumn();

    private static string Read(string script)
    {
        using var reader = new StreamReader(typeof(SqliteMigrations).Assembly.GetManifestResourceStream(script)!);
        return reader.ReadToEnd();
    }
}
