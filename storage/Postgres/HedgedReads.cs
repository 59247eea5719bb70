using Npgsql;

namespace CommandBroker.Storage.Postgres;

/// <summary>Asks a second time, over a connection that cannot be half-dead because it is new, when a pooled one stays silent.</summary>
/// <param name="pool">Emptied when the new connection was faster: others in it may be as dead.</param>
/// <param name="own">Opens new connections.</param>
internal sealed class HedgedReads(NpgsqlDataSource pool, NpgsqlDataSource own)
{
    // A server under load is slow as well: then few ask twice, and the others wait.
    private const int MaxCount = 2;

    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    private int _count;

    /// <summary>Awaits the first attempt, or a second one that is faster.</summary>
    /// <param name="first">The attempt over the pool, under way.</param>
    /// <param name="read">What it does; it only reads.</param>
    public async Task<T> RunAsync<T>(Task<T> first, Func<NpgsqlConnection, Task<T>> read)
    {
        if (first.IsCompleted)
        {
            return await first;
        }

        using (var enough = new CancellationTokenSource())
        {
            if (await Task.WhenAny(first, Task.Delay(Patience, enough.Token)) == first)
            {
                await enough.CancelAsync();
                return await first;
            }
        }

        if (Interlocked.Increment(ref _count) > MaxCount)
        {
            Interlocked.Decrement(ref _count);
            return await first;
        }

        Task<T> second = AgainAsync(read);
        if (await Task.WhenAny(first, second) == second && second.IsCompletedSuccessfully)
        {
            pool.Clear();
            PostgresConnections.Forget(first);
            return await second;
        }

        PostgresConnections.Forget(second);
        return await first;
    }

    private async Task<T> AgainAsync<T>(Func<NpgsqlConnection, Task<T>> read)
    {
        try
        {
            await using NpgsqlConnection connection = await own.OpenConnectionAsync();
            return await read(connection);
        }
        finally
        {
            Interlocked.Decrement(ref _count);
        }
    }
}
