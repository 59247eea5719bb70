using Microsoft.Data.Sqlite;

namespace CommandBroker.Storage.Sqlite;

/// <summary>Work on a file beside the broker.</summary>
internal static class SqliteMaintenance
{
    /// <inheritdoc cref="StoreMaintenance.RaiseNumbersAsync"/>
    public static long RaiseNumbers(string path, DateTimeOffset now)
    {
        using SqliteLockFile owner = SqliteLockFile.Take(Path.GetDirectoryName(path)!);
        return Guarded(() =>
        {
            using var session = new SqliteSession(path, forWriting: true);
            SqliteMigrations.RequireCurrent(session, path);
            return SqliteNumbering.Raise(session, now);
        });
    }

    /// <inheritdoc cref="StoreMaintenance.BackupAsync"/>
    public static void Backup(string path, string target)
    {
        if (File.Exists(target))
        {
            throw new InvalidOperationException($"{target} is there already; a backup goes into a new file.");
        }

        Guarded(() =>
        {
            // The copy gets its name only when it is whole, and only after it says of itself that it is one.
            string unfinished = target + ".unfinished";
            File.Delete(unfinished);
            SqliteFileMode.CreateFile(unfinished);
            using (SqliteSession session = SqliteSession.OpenReadOnly(path))
            {
                SqliteMigrations.RequireCurrent(session, path);
                // The connection is for reading only; this would forbid it to write the other file, too.
                session.Execute("PRAGMA query_only = 0");
                session["VACUUM INTO ?1"].Bind(1, unfinished).Run();
            }

            using (var copy = new SqliteSession(unfinished, forWriting: true))
            {
                copy.Execute("UPDATE numbering SET is_copy = 1; PRAGMA journal_mode = DELETE");
            }

            using (FileStream file = File.Open(unfinished, FileMode.Open, FileAccess.ReadWrite))
            {
                file.Flush(flushToDisk: true);
            }

            File.Move(unfinished, target);
            return 0;
        });
    }

    private static T Guarded<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (SqliteException fault)
        {
            throw SqliteFaults.ForOperator(fault);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new StoreUnavailableException(fault.Message, fault);
        }
    }
}
