using CommandBroker.Storage.Identity;
using CommandBroker.Storage.Identity.Sql;
using Microsoft.Data.Sqlite;

namespace CommandBroker.Storage.Sqlite;

/// <summary>One file in a directory of its own, for one process.</summary>
internal sealed class SqliteDatabase : IBrokerDatabase
{
    /// <summary>The name of the file inside <see cref="StorageOptions.DataDirectory"/>.</summary>
    public const string FileName = "broker.db";

    private readonly string _directory;
    private readonly string _path;
    private readonly StoreInstruments _instruments = new();
    private readonly SqliteReaders _readers;
    private readonly SqliteWriter _writer;
    private readonly SqliteLoader _loader;
    private readonly SqliteSourceServerStore _sourceServers;
    private readonly TimeProvider _clock;
    private SqliteLockFile? _lock;

    public SqliteDatabase(StorageOptions options, TimeProvider? clock = null, int checkpointPages = 8_000, DamageLog? damage = null)
    {
        damage ??= new DamageLog();
        _clock = clock ?? TimeProvider.System;
        _directory = Path.GetFullPath(options.DataDirectory);
        _path = Path.Combine(_directory, FileName);
        _readers = new SqliteReaders(_path);
        _writer = new SqliteWriter(_path, options.MaxQueuedCommits, _instruments, damage, checkpointPages);
        _loader = new SqliteLoader(_readers, _writer, options.MaxQueuedCommits, _instruments);
        Identities = new SqlIdentityStore(new SqliteIdentityDatabase(_readers, _writer));
        Commands = new SqliteCommandStore(_readers, _writer, _loader, damage);
        _sourceServers = new SqliteSourceServerStore(_readers, _writer, options.MaxQueuedCommits, _instruments, damage);
    }

    public ICommandStore Commands { get; }

    public ISourceServerStore SourceServers => _sourceServers;

    public IIdentityStore Identities { get; }

    /// <summary>The one writer, through which a test takes the disk away.</summary>
    internal SqliteWriter Writer => _writer;

    /// <summary>Orleans knows SQLite by an older package's name and loads Microsoft.Data.Sqlite for it.</summary>
    public (string Invariant, string ConnectionString)? OrleansConnection =>
        ("System.Data.SQLite", new SqliteConnectionStringBuilder { DataSource = _path, DefaultTimeout = 10 }.ToString());

    /// <inheritdoc/>
    public Exception Explain(Exception fault) => fault is not SqliteException known ? fault
        : SqliteFaults.IsDamage(known) ? SqliteFaults.Unreadable(known)
        : SqliteFaults.IsOfDatabase(known) ? SqliteFaults.Unavailable(known)
        : fault;

    public Task OpenAsync(CancellationToken cancellationToken) => Task.Run(Open, cancellationToken);

    public Task PingAsync(CancellationToken cancellationToken) =>
        _writer.WriteAsync(session => session["UPDATE ping SET ping_count = ping_count + 1"].Run()).WaitAsync(cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _loader.DisposeAsync();
        await _sourceServers.DisposeAsync();
        await _writer.DisposeAsync();
        _readers.Dispose();
        _instruments.Dispose();
        _lock?.Dispose();
    }

    private void Open()
    {
        try
        {
            SqliteFileMode.CreateDirectory(_directory);
            _lock ??= SqliteLockFile.Take(_directory);
            SqliteFileMode.CreateFile(_path);
            using var session = new SqliteSession(_path, forWriting: true);
            SqliteMigrations.Run(session, _path);
            SqliteNumbering.CheckCopy(session, _clock.GetUtcNow());
        }
        catch (SqliteException fault)
        {
            throw SqliteFaults.ForOperator(fault);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new StoreUnavailableException($"The data directory {_directory} cannot be written: {fault.Message}", fault);
        }
    }
}
