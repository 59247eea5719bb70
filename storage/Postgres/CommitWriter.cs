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
    private readonly int _timeoutSeconds;
    private NpgsqlConnection? _connection;
    private StandbyWatch? _watch;
    private string? _lineage;
    private int _generation;
    private bool _isAway;
    private volatile bool _wasRefused;

    public CommitWriter(PostgresConnections connections, StorageOptions options, StoreInstruments instruments)
    {
        _connections = connections;
        _timeout = options.CommitTimeout;
        _timeoutSeconds = (int)Math.Ceiling(options.CommitTimeout.TotalSeconds);
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

    /// <inheritdoc cref="ICommandStore.VouchAsync"/>
    /// <remarks>A commit of nothing: it shares the transaction of the others in its batch, or is answered behind a transaction of its own.</remarks>
    public async Task VouchAsync(string? lineage)
    {
        if (await CommitAsync(new QueueCommit { SourceNo = 0, Token = 0, Commands = [], Lineage = lineage }) == CommitStatus.Conflict)
        {
            throw new StoreUnavailableException("Another PostgreSQL server has taken over since this was read.");
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _loop.DisposeAsync();
        await DropConnectionAsync();
    }

    private async ValueTask HandleAsync(IReadOnlyList<PostgresCommit> batch)
    {
        if (_generation != _connections.Generation)
        {
            // Another connection was lost since this one was made: this one may be as dead.
            await DropConnectionAsync();
        }

        long startedAt = Stopwatch.GetTimestamp();
        TimeSpan backoff = FirstBackoff;
        for (bool isFirst = true; ; isFirst = false)
        {
            try
            {
                await WriteAsync([.. batch.Where(commit => !commit.Task.IsCompleted)], isKnownNew: isFirst);
                return;
            }
            catch (StoreUnavailableException)
            {
                // Committed, but not where it has to be; or not settled. Either way the next batch begins anew.
                await DropConnectionAsync();
                throw;
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
            catch (PostgresException fault)
            {
                await DropConnectionAsync();
                throw PostgresFaults.IsUndone(fault) ? PostgresFaults.Unavailable(fault) : PostgresFaults.Final(fault);
            }
        }
    }

    private async Task WriteAsync(List<PostgresCommit> commits, bool isKnownNew)
    {
        try
        {
            await WriteAllAsync(commits, isKnownNew);
            _connections.Heard();
        }
        catch (PostgresException)
        {
            _connections.Heard();
            throw;
        }
    }

    private async Task WriteAllAsync(List<PostgresCommit> commits, bool isKnownNew)
    {
        List<PostgresCommit> open = isKnownNew ? await TryWriteAsync(await ConnectAsync(), commits) : commits;
        for (int round = 1; open.Count > 0; round++)
        {
            // A damaged row ends the connection under which it was met, and the others are written over the next.
            NpgsqlConnection connection = await ConnectAsync();
            List<PostgresCommit> done, ready, later;
            try
            {
                (done, ready, later) = await CommitCheck.AnswerAsync(connection, open, mayBeWritten: !isKnownNew);
            }
            catch (PostgresException fault) when (PostgresFaults.IsDamage(fault) && open.Count > 1 && round < MaxRoundCount)
            {
                open = await CommitCheck.WithoutDamagedAsync(ConnectAsync, open);
                continue;
            }

            await ConfirmAsync(connection, done);
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
        if (commits.Exists(commit => HistoryOf(commit) > 0))
        {
            throw new IOException("The connection leads to a server that another one has replaced.");
        }

        if (commits.Exists(commit => HistoryOf(commit) < 0))
        {
            // Decided on what this server may not have.
            commits.FindAll(commit => HistoryOf(commit) < 0).ForEach(commit => commit.TrySetResult(CommitStatus.Conflict));
            commits = commits.FindAll(commit => HistoryOf(commit) == 0);
        }

        if (commits.Count == 0)
        {
            return [];
        }

        long startedAt = Stopwatch.GetTimestamp();
        try
        {
            if (commits.Exists(commit => commit.Commit.Stray is not null))
            {
                await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync();
                await _statement.RunAsync(connection, commits);
                await StrayReportRows.AddAsync(connection, commits);
                await transaction.CommitAsync();
            }
            else if (!await _statement.RunAsync(connection, commits))
            {
                await BarrierAsync(connection);
            }
        }
        catch (PostgresException fault) when (PostgresFaults.IsClash(fault))
        {
            return commits;
        }
        catch (InvalidOperationException fault) when (PostgresFaults.IsLost(fault, connection))
        {
            throw new IOException("The connection had ended.", fault);
        }
        catch (Exception fault) when (!PostgresFaults.IsLost(fault) && !PostgresFaults.IsRefused(fault) && fault is not StoreUnavailableException)
        {
            // Of the server or of the driver, as for a value that is too large: either belongs to one commit, not to its neighbours.
            if (commits.Count == 1)
            {
                commits[0].Fail(fault is PostgresException server ? PostgresFaults.Final(server) : fault);
                return [];
            }

            int half = commits.Count / 2;
            return [.. await TryWriteAsync(await ConnectAsync(), commits[..half]), .. await TryWriteAsync(await ConnectAsync(), commits[half..])];
        }

        CheckReplicated(startedAt);
        commits.ForEach(commit => commit.TrySetResult(CommitStatus.Committed));
        return [];
    }

    /// <summary>Whether a commit was decided on what a former server showed (negative), a later one (positive) or this one (0).</summary>
    private int HistoryOf(PostgresCommit commit) => commit.Commit.Lineage is { } lineage ? string.CompareOrdinal(lineage, _lineage) : 0;

    /// <summary>
    /// Acknowledges what a look found written. That it can be seen says that one disk has it: its own commit may have ended without the standby that
    /// the server requires. A commit behind it says the rest.
    /// </summary>
    private async Task ConfirmAsync(NpgsqlConnection connection, List<PostgresCommit> done)
    {
        if (done.Count == 0)
        {
            return;
        }

        long startedAt = Stopwatch.GetTimestamp();
        await BarrierAsync(connection);
        CheckReplicated(startedAt);
        done.ForEach(commit => commit.TrySetResult(CommitStatus.Committed));
    }

    private async Task BarrierAsync(NpgsqlConnection connection)
    {
        await using var barrier = new NpgsqlCommand(StandbyWatch.Barrier, connection) { CommandTimeout = _timeoutSeconds };
        await barrier.ExecuteNonQueryAsync();
    }

    /// <exception cref="StoreUnavailableException">The commit was answered, and waited for its standby in vain or for too long to believe the answer.</exception>
    private void CheckReplicated(long startedAt)
    {
        _watch?.Check();
        if (Stopwatch.GetElapsedTime(startedAt) >= _timeout)
        {
            throw new StoreUnavailableException($"PostgreSQL took longer for a commit than Storage:CommitTimeout, {_timeout.TotalSeconds} s, allows.");
        }
    }

    private async Task<NpgsqlConnection> ConnectAsync()
    {
        if (_connection is { FullState: System.Data.ConnectionState.Open })
        {
            return _connection;
        }

        await DropConnectionAsync();
        _generation = _connections.Generation;
        _connection = await _connections.OpenOwnAsync(CancellationToken.None);

        // Plans are made once and for arrays of any length: each row is found by the primary key, also while the table is small.
        await using var settings = new NpgsqlCommand(
            "set plan_cache_mode = force_generic_plan; set enable_seqscan = off; set enable_hashjoin = off; set enable_mergejoin = off; set jit = off; "
            + $"select {PostgresSession.Lineage}",
            _connection);
        _lineage = (string?)await settings.ExecuteScalarAsync();
        _watch = new StandbyWatch(_connection);
        _isAway = false;
        return _connection;
    }

    private async Task DropConnectionAsync()
    {
        if (_connection is { } connection)
        {
            _connection = null;
            _watch?.Dispose();
            _watch = null;
            await connection.DisposeAsync();
        }
    }
}
