using Npgsql;

namespace CommandBroker.Storage.Postgres;

/// <summary>Asks a second time, over a connection that cannot be half-dead because it is new, when a pooled one stays silent.</summary>
/// <param name="pool">Emptied when the new connection was faster: others in it may be as dead.</param>
/// <param name="own">Opens new connections.</param>
internal sealed class HedgedReads(NpgsqlDataSource pool, NpgsqlDataSource own) : IDisposable
{
    // A server under load is slow as well: then few ask twice at a time, and the others wait for their turn.
    private const int MaxCount = 2;

    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    private readonly SemaphoreSlim _turns = new(MaxCount);

    /// <summary>Awaits the first attempt, or a second one that is faster.</summary>
    /// <param name="first">The attempt over the pool, under way.</param>
    /// <param name="read">What it does; it only reads.</param>
    public async Task<T> RunAsync<T>(Task<T> first, Func<NpgsqlConnection, Task<T>> read)
    {
        if (first.IsCompleted || !await IsSlowAsync(first))
        {
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

    /// <inheritdoc/>
    public void Dispose() => _turns.Dispose();

    /// <summary>Whether an attempt stays silent until it is its turn to be made again.</summary>
    private async Task<bool> IsSlowAsync(Task first)
    {
        using var enough = new CancellationTokenSource();
        Task turn = TurnAsync(enough.Token);
        if (await Task.WhenAny(first, turn) == turn)
        {
            return true;
        }

        await enough.CancelAsync();
        await turn.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (turn.IsCompletedSuccessfully)
        {
            _turns.Release();
        }

        return false;
    }

    private async Task TurnAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(Patience, cancellationToken);
        await _turns.WaitAsync(cancellationToken);
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
            _turns.Release();
        }
    }
}
