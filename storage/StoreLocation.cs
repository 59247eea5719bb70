using CommandBroker.Storage.Postgres;
using CommandBroker.Storage.Sqlite;
using CommandBroker.Storage.Verification;
using Npgsql;

namespace CommandBroker.Storage;

/// <summary>A store named directly, by whoever administers it without a broker: a SQLite file, or a PostgreSQL connection string.</summary>
public sealed class StoreLocation
{
    private StoreLocation(string? file, string? connectionString) => (File, ConnectionString) = (file, connectionString);

    /// <summary>The SQLite file; null when it is PostgreSQL.</summary>
    internal string? File { get; }

    /// <summary>The Npgsql connection string; null when it is SQLite.</summary>
    internal string? ConnectionString { get; }

    /// <summary>Reads what a person wrote: the path of a file that is there, or of a directory with a broker's file in it; or a connection string.</summary>
    /// <param name="text">What is not a path and has a <c>=</c> is taken for a connection string.</param>
    /// <exception cref="ArgumentException">It is neither; the message says what is needed and never repeats a connection string.</exception>
    public static StoreLocation Parse(string text)
    {
        string path = Directory.Exists(text) ? Path.Combine(text, SqliteDatabase.FileName) : text;
        if (System.IO.File.Exists(path))
        {
            return new StoreLocation(Path.GetFullPath(path), null);
        }

        if (!text.Contains('=', StringComparison.Ordinal))
        {
            throw new ArgumentException(
                $"There is no file {path}. A store is a SQLite file, a data directory, or an Npgsql connection string as in Host=db;Username=broker;Database=broker.");
        }

        try
        {
            return new StoreLocation(null, new NpgsqlConnectionStringBuilder(text).ConnectionString);
        }
        catch (ArgumentException)
        {
            throw new ArgumentException("The connection string is not one of Npgsql's, which look like Host=db;Username=broker;Database=broker.");
        }
    }

    internal IStoreWalk OpenWalk() => File is not null ? new SqliteWalk(File) : new PostgresWalk(ConnectionString!);
}
