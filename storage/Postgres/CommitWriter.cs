using System.Diagnostics;
using CommandBroker.Storage.Batching;
using Npgsql;

namespace CommandBroker.Storage.Postgres;

/// <summary>
/// The one writer of commands: a loop with a connection of its own. The usual way is one statement for the whole batch. When that clashes
/// with another writer, or its answer was lost, the rows are looked at, each commit gets its own answer, and the rest is written again.
/// </summary>
/// <remarks>
/// Writing again is right because every write is idempotent: a row's version and the commit's token tell this very commit from any other.
/// While the server is away a batch waits for it, up to <see cref="StorageOptions.CommitTimeout"/>; those after it fail at the first
/// attempt, so that callers do not queue behind a server that is known to be gone.
/// </remarks>
internal sealed class CommitWriter : IAsyncDisposable
{
    /// <summary>A batch that still meets other writers after so many looks gives up; two activations of one grain never need more than a few.</summary>
    private const int MaxRoundCount = 20;

    private static readonly TimeSpan FirstBackoff = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromMilliseconds(500);

    private readonly PostgresConnections _connections;
    private readonly TimeSpan _timeout;
    private readonly CommitStatement _statement;
    private readonly BatchLoop<PostgresCommit> _loop;
    private NpgsqlConnection? _connection;
    private bool _isAway;
    private volatile bool _wasRefused;

    public CommitWriter(PostgresConnections connections, StorageOptions options, StoreInstruments instruments)
    {
        _connections = connections;
        _timeout = options.CommitTimeout;
        _statement = new CommitStatement(options.CommitTimeout);
        _loop = new BatchLoop<PostgresCommit>(
            new BatchLoopOptions { Operation = "commit", MaxQueuedCount = options.MaxQueuedCommits }, instruments, HandleAsync);
    }

    /// <summary>Whether the server had no room for a commit, and nobody has found since that it has again.</summary>
    public bool WasRefused
    {
        get => _wasRefused;
        set => _wasRefused = value;
    }

    /// <inheritdoc cref="ICommandStore.CommitAsync"/>
    public Task<CommitStatus> CommitAsync(QueueCommit commit)
    {
        var item = new PostgresCommit(commit);
        _loop.Add(item);
        return item.Task;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _loop.DisposeAsync();
        await DropConnectionAsync();
    }

    private async ValueTask HandleAsync(IReadOnlyList<PostgresCommit> batch)
    {
        long startedAt = Stopwatch.GetTimestamp();
        TimeSpan backoff = FirstBackoff;
        for (bool isFirst = true; ; isFirst = false)
        {
            try
            {
                await WriteAsync([.. batch.Where(commit => !commit.Task.IsCompleted)], isKnownNew: isFirst);
                return;
            }
            catch (Exception fault) when (PostgresFaults.IsLost(fault) && !_isAway && Stopwatch.GetElapsedTime(startedAt) + backoff < _timeout)
            {
                await DropConnectionAsync();
                await Task.Delay(backoff);
                backoff = backoff * 2 < LongestBackoff ? backoff * 2 : LongestBackoff;
            }
            catch (Exception fault) when (PostgresFaults.IsLost(fault) || PostgresFaults.IsRefused(fault))
            {
                _isAway = true;
                _wasRefused |= PostgresFaults.IsRefused(fault);
                await DropConnectionAsync();
                throw PostgresFaults.Unavailable(fault);
            }
        }
    }

    private async Task WriteAsync(List<PostgresCommit> commits, bool isKnownNew)
    {
        try
        {
            await WriteAsync(await ConnectAsync(), commits, isKnownNew);
            _connections.Heard();
        }
        catch (PostgresException)
        {
            _connections.Heard();
            throw;
        }
    }

    private async Task WriteAsync(NpgsqlConnection connection, List<PostgresCommit> commits, bool isKnownNew)
    {
        List<PostgresCommit> open = isKnownNew ? await TryWriteAsync(connection, commits) : commits;
        for (int round = 1; open.Count > 0; round++)
        {
            (List<PostgresCommit> ready, List<PostgresCommit> later) = await CommitCheck.AnswerAsync(connection, open, mayBeWritten: !isKnownNew);
            List<PostgresCommit> clashed = await TryWriteAsync(connection, ready);
            open = [.. clashed, .. later];
            if (round == MaxRoundCount && open.Count > 0)
            {
                throw new StoreUnavailableException($"{open.Count} commits met other writers {MaxRoundCount} times.");
            }
        }
    }

    /// <summary>Writes all of them or, when one is refused for what it holds, all but that one.</summary>
    /// <returns>Those that are not written and have no answer yet.</returns>
    private async Task<List<PostgresCommit>> TryWriteAsync(NpgsqlConnection connection, List<PostgresCommit> commits)
    {
        try
        {
            if (commits.Exists(commit => commit.Commit.Stray is not null))
            {
                await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync();
                await _statement.RunAsync(connection, commits);
                await StrayReportRows.AddAsync(connection, commits);
                await transaction.CommitAsync();
            }
            else
            {
                await _statement.RunAsync(connection, commits);
            }
        }
        catch (PostgresException fault) when (PostgresFaults.IsClash(fault))
        {
            return commits;
        }
        catch (PostgresException fault) when (!PostgresFaults.IsLost(fault) && !PostgresFaults.IsRefused(fault))
        {
            if (commits.Count == 1)
            {
                commits[0].Fail(PostgresFaults.IsDamage(fault) ? PostgresFaults.Unreadable(fault) : fault);
                return [];
            }

            int half = commits.Count / 2;
            return [.. await TryWriteAsync(connection, commits[..half]), .. await TryWriteAsync(connection, commits[half..])];
        }

        commits.ForEach(commit => commit.TrySetResult(CommitStatus.Committed));
        return [];
    }

    private async Task<NpgsqlConnection> ConnectAsync()
    {
        if (_connection is { FullState: System.Data.ConnectionState.Open })
        {
            return _connection;
        }

        await DropConnectionAsync();
        _connection = await _connections.OpenOwnAsync(CancellationToken.None);

        // Plans are made once and for arrays of any length: each row is found by the primary key, also while the table is small.
        // An operator may ask for more than a local flush, never for less.
        await using var settings = new NpgsqlCommand(
            "set plan_cache_mode = force_generic_plan; set enable_seqscan = off; set enable_hashjoin = off; set enable_mergejoin = off; set jit = off; "
            + "select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off'",
            _connection);
        await settings.ExecuteNonQueryAsync();
        _isAway = false;
        return _connection;
    }

    private async Task DropConnectionAsync()
    {
        if (_connection is { } connection)
        {
            _connection = null;
            await connection.DisposeAsync();
        }
    }
}
