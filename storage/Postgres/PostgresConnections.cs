using System.Data.Common;
using Npgsql;

namespace CommandBroker.Storage.Postgres;

/// <summary>A pool of connections, and the rules for one that is lost, silent or not to be had.</summary>
internal sealed class PostgresConnections : IAsyncDisposable
{
    private const int ConnectSeconds = 2;
    private const int CancellationMilliseconds = 500;
    private const int LongSeconds = 30;

    // Who only reads is never refused by a server that was replaced and lives on: then what it reads grows old no longer than this.
    private const int LifetimeSeconds = 30;

    // What a statement may need beyond the commit timeout before it is given up: the cancelling, and a second attempt over a new connection.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1.5);

    private static readonly TimeSpan DefaultCommitTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RoomTimeout = TimeSpan.FromSeconds(1);

    private readonly NpgsqlDataSource _pool;
    private readonly NpgsqlDataSource _own;
    private readonly SemaphoreSlim _room;
    private readonly int _size;
    private readonly TimeSpan _limit;
    private readonly DatabasePulse? _pulse;
    private readonly HedgedReads _hedges;
    private int _generation;

    /// <param name="connectionString">Npgsql's; what it says goes before the defaults made here.</param>
    /// <param name="pulse">Told of each answer.</param>
    /// <param name="commitTimeout">What one statement may take; default 5 s.</param>
    /// <param name="use">What the pool is for; default <see cref="PostgresUse.General"/>.</param>
    /// <param name="history">Shared by all pools of a process that lead to one database; default one of its own.</param>
    public PostgresConnections(
        string connectionString, DatabasePulse? pulse = null, TimeSpan? commitTimeout = null, PostgresUse? use = null, ServerHistory? history = null)
    {
        use ??= PostgresUse.General;
        history ??= new ServerHistory { Replaced = Clear };
        TimeSpan timeout = commitTimeout ?? DefaultCommitTimeout;
        _pulse = pulse;
        _limit = use.IsLong || use.IsManyStatements ? Timeout.InfiniteTimeSpan : timeout + Grace;
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        var given = new DbConnectionStringBuilder { ConnectionString = connectionString };
        Set(given, () => settings.MaxAutoPrepare = 50, "Max Auto Prepare", "MaxAutoPrepare");
        Set(given, () => settings.Timeout = ConnectSeconds, "Timeout");
        Set(given, () => settings.CommandTimeout = use.IsLong ? LongSeconds : (int)Math.Ceiling(timeout.TotalSeconds), "Command Timeout", "CommandTimeout");
        Set(given, () => settings.CancellationTimeout = CancellationMilliseconds, "Cancellation Timeout", "CancellationTimeout");

        // A firewall that forgets silent connections hears of them; one that has forgotten them is noticed before they are used.
        Set(given, () => settings.TcpKeepAlive = true, "Tcp Keepalive", "TcpKeepAlive");
        Set(given, () => settings.TcpKeepAliveTime = 10, "Tcp Keepalive Time", "TcpKeepAliveTime");
        Set(given, () => settings.TcpKeepAliveInterval = 1, "Tcp Keepalive Interval", "TcpKeepAliveInterval");
        Set(given, () => settings.ConnectionLifetime = LifetimeSeconds, "Connection Lifetime", "ConnectionLifetime", "Load Balance Timeout");
        Set(given, () => settings.MaxPoolSize = use.MaxPoolSize, "Maximum Pool Size", "MaximumPoolSize", "Max Pool Size", "MaxPoolSize");
        if (string.IsNullOrEmpty(settings.ApplicationName))
        {
            settings.ApplicationName = "commandbroker";
        }

        ConnectionString = settings.ConnectionString;
        _size = use == PostgresUse.General ? settings.MaxPoolSize : Math.Min(settings.MaxPoolSize, use.MaxPoolSize);
        settings.MaxPoolSize = _size;
        settings.MinPoolSize = Math.Min(settings.MinPoolSize, _size);

        // Sessions are set up once, and nothing that is done with them needs undoing.
        settings.NoResetOnClose = true;
        _room = new SemaphoreSlim(_size);
        _pool = Build(settings, history);
        settings.Pooling = false;
        _own = Build(settings, history);
        _hedges = new HedgedReads(_pool, _own);
    }

    /// <summary>Called when a connection was lost, instead of emptying this pool alone: other pools lead the same way, and may be as dead.</summary>
    public Action? Lost { get; init; }

    /// <summary>How often the pool was emptied. What was connected before that is not trusted any more.</summary>
    public int Generation => Volatile.Read(ref _generation);

    /// <summary>The given string with the defaults made here, for whoever else connects.</summary>
    public string ConnectionString { get; }

    /// <summary>Opens a connection outside the pool, for whoever holds one for long.</summary>
    public async Task<NpgsqlConnection> OpenOwnAsync(CancellationToken cancellationToken) => await _own.OpenConnectionAsync(cancellationToken);

    /// <summary>
    /// Does something over a pooled connection; once more when the connection was lost, because after a restart of the server the pool is
    /// full of dead ones, or when the server undid it to end a deadlock, as between a purge and the noting of visits. So
    /// <paramref name="work"/> must be harmless to repeat. Nothing is begun once its caller was told that it came to no end.
    /// </summary>
    /// <exception cref="StoreUnavailableException">
    /// The server does not answer in time, refuses for now, or the standby that it requires has not confirmed what was written.
    /// </exception>
    /// <exception cref="StoreBusyException">All connections of the pool are in use; nothing was done.</exception>
    /// <exception cref="StoreRefusedException">The server refuses, and will again.</exception>
    /// <exception cref="UnreadableRowException">The server found its file damaged.</exception>
    public Task<T> RunAsync<T>(Func<NpgsqlConnection, Task<T>> work) => WithinLimitAsync((connection, _) => work(connection));

    /// <summary>
    /// As <see cref="RunAsync{T}"/> for what changes rows that others change too, in a transaction whose commit is sent once the rows are known to be
    /// locked, unless its caller was told meanwhile that it came to no end. A session that stands still before that carries out nothing when it goes on;
    /// one that stands still at the commit lets nobody else change those rows. So nothing that is carried out late undoes what was acknowledged after it.
    /// </summary>
    public Task<T> ChangeAsync<T>(Func<NpgsqlConnection, Task<T>> work) => WithinLimitAsync(async (connection, givenUp) =>
    {
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(givenUp);
        T done = await work(connection);
        givenUp.ThrowIfCancellationRequested();
        await transaction.CommitAsync(CancellationToken.None);
        return done;
    });

    /// <summary>
    /// As <see cref="RunAsync{T}"/> for what only reads: when the pooled connection stays silent for half a second, it is asked over a new one
    /// as well, and the first answer counts. So connections that a firewall forgot cost a fraction of a second.
    /// </summary>
    public Task<T> ReadAsync<T>(Func<NpgsqlConnection, Task<T>> read) => _hedges.RunAsync(RunAsync(read), read);

    /// <summary>Empties the pool: whoever comes next gets a new connection.</summary>
    public void Clear()
    {
        Interlocked.Increment(ref _generation);
        _pool.Clear();
    }

    /// <summary>Notes that the server answered, if only to refuse.</summary>
    public void Heard() => _pulse?.Heard();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _pool.DisposeAsync();
        await _own.DisposeAsync();
        _room.Dispose();
        _hedges.Dispose();
    }

    /// <summary>Lets a task end unseen: its caller has its answer.</summary>
    internal static void Forget(Task task) =>
        _ = task.ContinueWith(static ended => _ = ended.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);

    // Npgsql's own builder contains every keyword it knows, given or not; a pooler in between may need other values here.
    private static void Set(DbConnectionStringBuilder given, Action set, params string[] names)
    {
        if (!names.Any(given.ContainsKey))
        {
            set();
        }
    }

    private static NpgsqlDataSource Build(NpgsqlConnectionStringBuilder settings, ServerHistory history)
    {
        var builder = new NpgsqlDataSourceBuilder(settings.ConnectionString);
        builder.UsePhysicalConnectionInitializer(history.SetUp, history.SetUpAsync);
        return builder.Build();
    }

    private async Task<T> WithinLimitAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> work)
    {
        using var givenUp = new CancellationTokenSource();
        Task<T> running = TwiceAsync(work, givenUp.Token);
        try
        {
            return _limit == Timeout.InfiniteTimeSpan ? await running : await running.WaitAsync(_limit);
        }
        catch (TimeoutException) when (!running.IsCompleted)
        {
            await givenUp.CancelAsync();
            Forget(running);
            throw new StoreUnavailableException($"PostgreSQL did not answer within {_limit.TotalSeconds} s (Storage:CommitTimeout and a little more).");
        }
    }

    private async Task<T> TwiceAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken givenUp)
    {
        try
        {
            return await OnceAsync(work, givenUp);
        }
        catch (Exception fault) when (PostgresFaults.IsLost(fault))
        {
            NoteLost();
        }
        catch (Exception fault) when (PostgresFaults.IsUndone(fault))
        {
            // The other transaction has what it waited for; the second attempt comes after it.
        }
        catch (Exception fault) when (PostgresFaults.IsRefused(fault))
        {
            throw PostgresFaults.Unavailable(fault);
        }
        catch (PostgresException fault)
        {
            throw PostgresFaults.Final(fault);
        }

        givenUp.ThrowIfCancellationRequested();
        try
        {
            return await OnceAsync(work, givenUp);
        }
        catch (Exception fault) when (PostgresFaults.IsLost(fault) || PostgresFaults.IsRefused(fault) || PostgresFaults.IsUndone(fault))
        {
            if (PostgresFaults.IsLost(fault))
            {
                NoteLost();
            }

            throw PostgresFaults.Unavailable(fault);
        }
        catch (PostgresException fault)
        {
            throw PostgresFaults.Final(fault);
        }
    }

    private void NoteLost()
    {
        if (Lost is { } lost)
        {
            lost();
        }
        else
        {
            Clear();
        }
    }

    private async Task<T> OnceAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken givenUp)
    {
        // Before Npgsql's own bound, whose fault cannot be told from a server that does not answer.
        if (!await _room.WaitAsync(RoomTimeout, givenUp))
        {
            throw new StoreBusyException($"All {_size} connections to PostgreSQL are in use; Maximum Pool Size in Storage:ConnectionString allows no more. Try again.");
        }

        try
        {
            await using NpgsqlConnection connection = await _pool.OpenConnectionAsync(givenUp);
            using var watch = new StandbyWatch(connection);
            T done = await work(connection, givenUp);
            watch.Check();
            Heard();
            return done;
        }
        catch (PostgresException)
        {
            Heard();
            throw;
        }
        finally
        {
            _room.Release();
        }
    }
}
