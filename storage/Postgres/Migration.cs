using System.Globalization;
using System.Reflection;

namespace CommandBroker.Storage.Postgres;

/// <summary>One numbered step of the schema, read from an embedded file <c>Migrations/NNNN_name.sql</c>.</summary>
/// <remarks>
/// A file is one transaction, unless lines <c>-- part: transaction</c>, <c>-- part: concurrently</c> and <c>-- part: batches</c> cut it into
/// parts (<see cref="MigrationPartKind"/>). What takes time on a large table belongs into the latter two. They may be carried out again
/// when they were cut off, so they must be harmless to repeat. Older silos run between the parts and while they are carried out.
/// </remarks>
internal sealed record Migration(int Version, string Name, IReadOnlyList<MigrationPart> Parts)
{
    private const string Folder = "CommandBroker.Storage.Postgres.Migrations.";
    private const string LeastKnownMark = "-- least-known: ";
    private const string PartMark = "-- part: ";

    /// <summary>The last step that a release must know to run on a database that has this one.</summary>
    public int LeastKnown { get; init; } = Version;

    /// <summary>What this release knows, in the order of the numbers.</summary>
    public static IReadOnlyList<Migration> Known() =>
    [
        .. Assembly.GetExecutingAssembly().GetManifestResourceNames()
            .Where(resource => resource.StartsWith(Folder, StringComparison.Ordinal))
            .Select(resource => Parse(resource[Folder.Length..], Read(resource)))
            .OrderBy(migration => migration.Version),
    ];

    /// <summary>Reads one file.</summary>
    /// <exception cref="FormatException">The name begins with no number, or a mark is none of those allowed.</exception>
    public static Migration Parse(string name, string script)
    {
        List<MigrationPart> parts = [];
        string[] sections = ("\n" + script).Split("\n" + PartMark);
        Add(MigrationPartKind.Transaction, sections[0]);
        foreach (string section in sections[1..])
        {
            string kind = section.Split('\n', 2)[0].Trim();
            if (!Enum.TryParse(kind, ignoreCase: true, out MigrationPartKind known))
            {
                throw new FormatException($"{name} has a part '{kind}'; transaction, concurrently and batches are allowed.");
            }

            Add(known, section[kind.Length..]);
        }

        int version = int.Parse(name.AsSpan(0, 4), CultureInfo.InvariantCulture);
        return new Migration(version, name, parts)
        {
            LeastKnown = script.StartsWith(LeastKnownMark, StringComparison.Ordinal)
                ? int.Parse(script.Split('\n', 2)[0].AsSpan(LeastKnownMark.Length), CultureInfo.InvariantCulture)
                : version,
        };

        void Add(MigrationPartKind kind, string sql)
        {
            if (sql.Split('\n').Any(line => line.Trim() is not "" && !line.StartsWith("--", StringComparison.Ordinal)))
            {
                parts.Add(new MigrationPart(kind, sql));
            }
        }
    }

    private static string Read(string resource)
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)!);
        return reader.ReadToEnd();
    }
}
