using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace CommandBroker.Testing;

/// <summary>
/// A PostgreSQL for tests: the given one, or a private one from the installed binaries, on 127.0.0.1 and a free port, with fsync on.
/// </summary>
/// <remarks>
/// A shell owns the private server and reads our pipe: when this process ends, however it ends, the pipe closes, and the shell stops the
/// server and removes its directory. PostgreSQL refuses to run as root, so under root the shell runs as the package's own user.
/// </remarks>
public sealed class PostgresServer : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);
    private static readonly Lazy<Task<PostgresServer>> SharedServer = new(StartSharedAsync);

    private readonly string _connectionString;
    private readonly Process? _shell;
    private int _databases;

    private PostgresServer(string connectionString, Process? shell)
    {
        _connectionString = connectionString;
        _shell = shell;
    }

    /// <summary>The server that all tests of this process share. Never stop it.</summary>
    public static Task<PostgresServer> SharedAsync() => SharedServer.Value;

    /// <summary>Starts a private server that the caller may stop and start.</summary>
    /// <param name="tables">An empty directory that anybody may write, for all but the write-ahead log; null puts them beside the log.</param>
    /// <exception cref="InvalidOperationException">No server is installed, or it does not start; the message says what to do.</exception>
    public static async Task<PostgresServer> StartOwnAsync(string? tables = null)
    {
        string binaries = PostgresBinaries.Directory
            ?? throw new InvalidOperationException($"No PostgreSQL is installed: {PostgresAvailability.OwnServerRemedy}.");
        int port = FreePort.Next();
        var start = new ProcessStartInfo { RedirectStandardInput = true, RedirectStandardOutput = true, WorkingDirectory = "/" };
        string[] ordinaryUser = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--"];
        string[] command = [.. Environment.IsPrivilegedProcess ? ordinaryUser : [], "sh", "-c", Script(), "postgres.sh", binaries, $"{port}", tables ?? ""];
        start.FileName = command[0];
        Array.ForEach(command[1..], start.ArgumentList.Add);

        Process shell = Process.Start(start)!;
        if (await shell.StandardOutput.ReadLineAsync() is null)
        {
            throw new InvalidOperationException($"A private PostgreSQL could not be set up from {binaries}; its reason is on stderr.");
        }

        var server = new PostgresServer($"Host=127.0.0.1;Port={port};Username=postgres;Database=postgres;Timeout=5", shell);
        await server.WaitUntilItAnswersAsync();
        return server;
    }

    /// <summary>Makes a new, empty database.</summary>
    /// <returns>Its connection string.</returns>
    public async Task<string> CreateDatabaseAsync()
    {
        string name = $"test_{Environment.ProcessId}_{Interlocked.Increment(ref _databases)}_{Guid.NewGuid():n}";
        await using NpgsqlConnection connection = await OpenAsync();
        await using var create = new NpgsqlCommand($"create database {name} template template0 encoding 'UTF8'", connection);
        await create.ExecuteNonQueryAsync();
        return new NpgsqlConnectionStringBuilder(_connectionString) { Database = name, Pooling = true }.ConnectionString;
    }

    /// <summary>Everything in a database as <c>pg_dump</c> writes it: what a backup holds.</summary>
    /// <exception cref="InvalidOperationException">No server is installed here, or it cannot be dumped; the message says why.</exception>
    public static async Task<byte[]> DumpAsync(string database)
    {
        string binaries = PostgresBinaries.Directory
            ?? throw new InvalidOperationException($"No PostgreSQL is installed: {PostgresAvailability.OwnServerRemedy}.");
        var to = new NpgsqlConnectionStringBuilder(database);
        var start = new ProcessStartInfo(
            Path.Combine(binaries, "pg_dump"), ["-h", to.Host!, "-p", $"{to.Port}", "-U", to.Username!, "-d", to.Database!]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PGPASSWORD"] = to.Password ?? "";
        using Process dump = Process.Start(start)!;
        using var bytes = new MemoryStream();
        Task<string> error = dump.StandardError.ReadToEndAsync();
        await dump.StandardOutput.BaseStream.CopyToAsync(bytes);
        await dump.WaitForExitAsync();
        return dump.ExitCode == 0 ? bytes.ToArray() : throw new InvalidOperationException($"pg_dump: {await error}");
    }

    /// <summary>Stops the server at once, as a crash would: no checkpoint, connections cut. Completes when it is gone.</summary>
    public Task StopAsync() => TellAsync("stop");

    /// <summary>Starts it again on the same port and data; completes when it answers.</summary>
    public async Task StartAgainAsync()
    {
        await TellAsync("start");
        await WaitUntilItAnswersAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_shell is not null)
        {
            _shell.StandardInput.Close();
            await _shell.WaitForExitAsync();
            _shell.Dispose();
        }
    }

    private static async Task<PostgresServer> StartSharedAsync() =>
        PostgresAvailability.GivenServer is { } given ? new PostgresServer(given, shell: null) : await StartOwnAsync();

    private static string Script()
    {
        using var reader = new StreamReader(typeof(PostgresServer).Assembly.GetManifestResourceStream("postgres.sh")!);
        return reader.ReadToEnd();
    }

    private async Task TellAsync(string verb)
    {
        Process shell = _shell ?? throw new InvalidOperationException("Only a private server can be stopped and started.");
        await shell.StandardInput.WriteLineAsync(verb);
        await shell.StandardInput.FlushAsync();
        _ = await shell.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The shell that owns the server is gone.");
    }

    private async Task WaitUntilItAnswersAsync()
    {
        long startedAt = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                await using NpgsqlConnection connection = await OpenAsync();
                return;
            }
            catch (NpgsqlException) when (Stopwatch.GetElapsedTime(startedAt) < StartTimeout)
            {
                await Task.Delay(20);
            }
        }
    }

    private async Task<NpgsqlConnection> OpenAsync()
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(_connectionString) { Pooling = false, Timeout = 60, CommandTimeout = 300 }.ConnectionString);
        await connection.OpenAsync();
        return connection;
    }
}
