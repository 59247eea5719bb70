using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace CommandBroker.Testing;

/// <summary>A real PgBouncer before a PostgreSQL on 127.0.0.1, on a free port, with a directory of its own.</summary>
public sealed class PgBouncer : IDisposable
{
    private const string Program = "pgbouncer";

    private static readonly string[] Directories = [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator), "/usr/sbin"];

    private const string UntilStdinEnds = """
        exec 3<&0
        "$1" -q "$2" &
        bouncer=$!
        (cat <&3 >/dev/null; kill "$bouncer" 2>/dev/null) &
        wait "$bouncer"
        """;

    private readonly StringBuilder _said = new();
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("commandbroker-pgbouncer-");
    private readonly Process _process;

    private PgBouncer(int target, string poolMode)
    {
        Port = FreePort.Next();
        string file = Path.Combine(_directory.FullName, "pgbouncer.ini");
        File.WriteAllText(file, $"""
            [databases]
            * = host=127.0.0.1 port={target} user=postgres
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = {Port}
            unix_socket_dir =
            auth_type = any
            pool_mode = {poolMode}
            max_client_conn = 500
            default_pool_size = 60

            """);

        // It refuses to run as root, as PostgreSQL does, and must end with the test however that ends: a shell ends it when its stdin is closed.
        // The test's process cannot be its parent for that, as such a child ends with the thread that started it.
        string[] ordinaryUser = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--"];
        string[] command = [.. Environment.IsPrivilegedProcess ? ordinaryUser : [], "sh", "-c", UntilStdinEnds, "pgbouncer.sh", Path.Combine(Find()!, Program), file];
        using (Process open = Process.Start("chmod", ["-R", "a+rX", _directory.FullName]))
        {
            open.WaitForExit();
        }

        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardInput = true, RedirectStandardError = true, RedirectStandardOutput = true };
        _process = Process.Start(start)!;
        _process.ErrorDataReceived += (_, line) => Note(line.Data);
        _process.OutputDataReceived += (_, line) => Note(line.Data);
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
    }

    /// <summary>Its port.</summary>
    public int Port { get; }

    /// <summary>Why a test must be skipped; null when it can run, or must fail.</summary>
    public static string? SkipReason =>
        Environment.GetEnvironmentVariable("COMMANDBROKER_REQUIRE_TOOLS") == "1" || Find() is not null ? null : "install pgbouncer";

    /// <summary>Starts one; completes when it takes connections.</summary>
    /// <param name="target">PostgreSQL's port on 127.0.0.1.</param>
    /// <param name="poolMode"><c>session</c>, <c>transaction</c> or <c>statement</c>.</param>
    public static async Task<PgBouncer> StartAsync(int target, string poolMode)
    {
        var bouncer = new PgBouncer(target, poolMode);
        while (!bouncer._process.HasExited)
        {
            using var probe = new TcpClient();
            try
            {
                await probe.ConnectAsync("127.0.0.1", bouncer.Port);
                return bouncer;
            }
            catch (SocketException)
            {
                await Task.Delay(20);
            }
        }

        bouncer.Dispose();
        throw new InvalidOperationException($"PgBouncer ended at its start: {bouncer._said}");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
        _directory.Delete(recursive: true);
    }

    private void Note(string? line)
    {
        lock (_said)
        {
            _said.AppendLine(line);
        }
    }

    private static string? Find() => Array.Find(Directories, directory => File.Exists(Path.Combine(directory, Program)));
}
