using Npgsql;

namespace CommandBroker.Chaos.Faults;

/// <summary>The disk of the database is full: its log of writes cannot grow, so the server ends and comes back only to end again.</summary>
internal sealed class DiskFull : IFault
{
    private const string Error = "No space left on device";
    private const int SegmentCount = 60;
    private const int PieceBytes = 1024 * 1024;

    private int _errorsBefore;

    /// <inheritdoc/>
    public TimeSpan Hold => TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public async Task InjectAsync(Scene scene)
    {
        _errorsBefore = scene.Cluster.Database.CountInLog(Error);
        Fill(Filler(scene));

        // Files of the log that are kept for use are used up first.
        for (int segment = 0; segment < SegmentCount && scene.Cluster.Database.CountInLog(Error) == _errorsBefore; segment++)
        {
            try
            {
                await scene.Cluster.Database.AskAsync("select pg_switch_wal() from pg_logical_emit_message(true, 'chaos', 'x')");
            }
            catch (NpgsqlException)
            {
                // That was the last one.
                break;
            }
        }
    }

    /// <inheritdoc/>
    public Task<string?> ProveAsync(Scene scene)
    {
        int errors = scene.Cluster.Database.CountInLog(Error) - _errorsBefore;
        return Task.FromResult(errors > 0 ? $"PostgreSQL wrote \"{Error}\" {errors} times" : null);
    }

    /// <inheritdoc/>
    public async Task HealAsync(Scene scene)
    {
        File.Delete(Filler(scene));
        await scene.Cluster.Database.WaitUntilItAnswersAsync();
    }

    private static string Filler(Scene scene) => Path.Combine(scene.Cluster.SmallDisk ?? throw new InvalidOperationException("The database of this run is not on a small disk."), "filler");

    private static void Fill(string path)
    {
        byte[] piece = new byte[PieceBytes];
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        for (int length = PieceBytes; length > 0;)
        {
            try
            {
                file.Write(piece, 0, length);
            }
            catch (IOException)
            {
                length /= 2;
            }
        }
    }
}
