using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace CommandBroker.Testing;

/// <summary>
/// Stands between clients and a PostgreSQL. It answers in the server's place with any error, as an error of a statement or as the end of the
/// session, and it lets connections fall silent as a firewall does that has forgotten them: nothing arrives, and nobody is told.
/// </summary>
public sealed class PostgresProxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Lock _gate = new();
    private readonly List<Session> _sessions = [];
    private readonly int _target;
    private (string Code, string Severity, string? Application, int Left) _answer;

    /// <param name="target">The server's port on 127.0.0.1.</param>
    public PostgresProxy(int target)
    {
        _target = target;
        _listener.Start();
        _ = AcceptAsync();
    }

    /// <summary>Its port on 127.0.0.1.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Statements it has answered in the server's place.</summary>
    public int AnsweredCount { get; private set; }

    /// <summary>Answers the next statements of sessions that are set up.</summary>
    /// <param name="code">The SQLSTATE.</param>
    /// <param name="severity">ERROR, or FATAL, which ends the session.</param>
    /// <param name="count">How many statements.</param>
    /// <param name="application">Only of sessions with this application name; null means all.</param>
    public void Answer(string code, string severity, int count, string? application = null)
    {
        lock (_gate)
        {
            _answer = (code, severity, application, count);
        }
    }

    /// <summary>Lets everything pass again.</summary>
    public void AnswerNothing() => Answer("", "", 0);

    /// <summary>Lets open connections fall silent; those that are opened later are served.</summary>
    /// <param name="count">How many, those first that were used last; by default all.</param>
    /// <param name="withWriter">Whether also the one over which a broker writes commands.</param>
    /// <returns>How many fell silent.</returns>
    public int Silence(int count = int.MaxValue, bool withWriter = true)
    {
        lock (_gate)
        {
            Session[] chosen = [.. _sessions
                .Where(session => session is { IsSilent: false, IsOver: false } && (withWriter || session is { IsWriter: false, Application: "commandbroker" }))
                .OrderByDescending(session => session.UsedAt).Take(count)];
            Array.ForEach(chosen, session => session.IsSilent = true);
            return chosen.Length;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _listener.Dispose();
        lock (_gate)
        {
            _sessions.ForEach(session => session.End());
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket client = await _listener.AcceptSocketAsync();
                client.NoDelay = true;
                _ = ServeAsync(client);
            }
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            // The test has ended.
        }
    }

    private async Task ServeAsync(Socket client)
    {
        var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        var session = new Session(client, server);
        lock (_gate)
        {
            _sessions.Add(session);
        }

        try
        {
            await server.ConnectAsync(IPAddress.Loopback, _target);
            await Task.WhenAny(PumpQuestionsAsync(session), PumpAnswersAsync(session));
        }
        catch (SocketException)
        {
            // The server does not take connections: neither do we.
        }
        finally
        {
            session.End();
            lock (_gate)
            {
                _sessions.Remove(session);
            }
        }
    }

    private async Task PumpQuestionsAsync(Session session)
    {
        byte[] buffer = new byte[1 << 20];
        int held = 0;
        while (await session.Client.ReceiveAsync(buffer.AsMemory(held)) is > 0 and int read)
        {
            held += read;
            session.UsedAt = Environment.TickCount64;
            session.IsWriter |= buffer.AsSpan(0, held).IndexOf("plan_cache_mode"u8) >= 0;
            if (!session.IsSetUp)
            {
                session.Read(buffer.AsSpan(0, held));
            }
            else if (!IsWhole(buffer.AsSpan(0, held)))
            {
                continue;
            }
            else if (Take(session) is var (code, severity) && !session.IsSilent)
            {
                await session.Client.SendAsync(AnswerTo(buffer.AsSpan(0, held), code, severity));
                held = 0;
                if (severity == "FATAL")
                {
                    return;
                }

                continue;
            }

            if (!session.IsSilent)
            {
                await session.Server.SendAsync(buffer.AsMemory(0, held));
            }

            held = 0;
        }

        // A client that closes a silent connection is not heard of.
        while (session.IsSilent)
        {
            await Task.Delay(1_000);
        }
    }

    private static async Task PumpAnswersAsync(Session session)
    {
        byte[] buffer = new byte[1 << 16];
        while (await session.Server.ReceiveAsync(buffer) is > 0 and int read)
        {
            session.IsSetUp |= buffer.AsSpan(0, read).EndsWith("Z\0\0\0\u0005I"u8);
            if (!session.IsSilent)
            {
                await session.Client.SendAsync(buffer.AsMemory(0, read));
            }
        }
    }

    private (string Code, string Severity)? Take(Session session)
    {
        lock (_gate)
        {
            if (_answer.Left == 0 || (_answer.Application ?? session.Application) != session.Application)
            {
                return null;
            }

            _answer.Left--;
            AnsweredCount++;
            return (_answer.Code, _answer.Severity);
        }
    }

    /// <summary>Whether whole messages are there, the last of which asks for an answer.</summary>
    private static bool IsWhole(ReadOnlySpan<byte> messages)
    {
        char last = '\0';
        while (messages.Length >= 5)
        {
            int length = 1 + BinaryPrimitives.ReadInt32BigEndian(messages[1..]);
            if (messages.Length < length)
            {
                return false;
            }

            last = (char)messages[0];
            messages = messages[length..];
        }

        return messages.IsEmpty && last is 'Q' or 'S' or 'X' or 'p';
    }

    /// <summary>A group of messages ends with a simple query or a sync and gets one answer; those that begin or end a transaction succeed.</summary>
    private static byte[] AnswerTo(ReadOnlySpan<byte> messages, string code, string severity)
    {
        var answer = new List<byte>();
        while (messages.Length >= 5)
        {
            int length = 1 + BinaryPrimitives.ReadInt32BigEndian(messages[1..]);
            char kind = (char)messages[0];
            string text = kind == 'Q' ? Encoding.UTF8.GetString(messages[5..(length - 1)]) : "";
            messages = messages[length..];
            if (text.StartsWith("BEGIN", StringComparison.OrdinalIgnoreCase))
            {
                answer.AddRange([.. "C\0\0\0\u000aBEGIN\0Z\0\0\0\u0005T"u8]);
            }
            else if (text.StartsWith("ROLLBACK", StringComparison.OrdinalIgnoreCase))
            {
                answer.AddRange([.. "C\0\0\0\u000dROLLBACK\0Z\0\0\0\u0005I"u8]);
            }
            else if (kind is 'Q' or 'S')
            {
                byte[] fields = Encoding.UTF8.GetBytes($"S{severity}\0V{severity}\0C{code}\0Msecret words of the provider\0\0");
                byte[] length32 = new byte[4];
                BinaryPrimitives.WriteInt32BigEndian(length32, 4 + fields.Length);
                answer.AddRange([(byte)'E', .. length32, .. fields]);
                answer.AddRange(severity == "FATAL" ? [] : [.. "Z\0\0\0\u0005I"u8]);
            }
        }

        return [.. answer];
    }

    private sealed class Session(Socket client, Socket server)
    {
        public Socket Client => client;

        public Socket Server => server;

        public volatile bool IsSetUp;

        public volatile bool IsSilent;

        public volatile bool IsOver;

        public volatile bool IsWriter;

        public long UsedAt;

        public string Application = "";

        /// <summary>Takes the application's name from the start of a session.</summary>
        public void Read(ReadOnlySpan<byte> start)
        {
            string[] words = Encoding.UTF8.GetString(start).Split('\0');
            int at = Array.IndexOf(words, "application_name");
            Application = at >= 0 ? words[at + 1] : Application;
        }

        public void End()
        {
            IsOver = true;
            client.Dispose();
            server.Dispose();
        }
    }
}
