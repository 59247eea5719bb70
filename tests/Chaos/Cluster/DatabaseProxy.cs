using System.Net;
using System.Net.Sockets;

namespace CommandBroker.Chaos.Cluster;

/// <summary>
/// Stands between one process and the database. It can point to another server, delay, and cut connections: before a question arrived,
/// after it arrived and was not answered, and after it was carried out and its answer had come this far.
/// </summary>
internal sealed class DatabaseProxy : IDisposable
{
    private const int BufferBytes = 64 * 1024;

    private readonly TcpListener _listener;
    private readonly Lock _gate = new();
    private readonly HashSet<Socket> _open = [];
    private readonly Random _random;
    private volatile ProxyFault? _fault;
    private volatile string _target;
    private int _delayed;
    private int _lostQuestions;
    private int _openQuestions;
    private int _lostAnswers;

    /// <param name="address">Where it listens, on a port of its choice.</param>
    /// <param name="target">The address of the database.</param>
    /// <param name="seed">Where its random choices come from.</param>
    public DatabaseProxy(string address, string target, int seed)
    {
        (_target, _random) = (target, new Random(seed));
        _listener = new TcpListener(IPAddress.Parse(address), 0);
        _listener.Start();
        _ = AcceptAsync();
    }

    /// <summary>Its port.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Pieces that were delayed.</summary>
    public int DelayedCount => Volatile.Read(ref _delayed);

    /// <summary>Connections cut: before a question arrived, when it had just arrived, and when its answer was on the way.</summary>
    public (int LostQuestions, int OpenQuestions, int LostAnswers) Cuts => (Volatile.Read(ref _lostQuestions), Volatile.Read(ref _openQuestions), Volatile.Read(ref _lostAnswers));

    /// <summary>What it does from now on; null lets everything pass.</summary>
    public void Disturb(ProxyFault? fault) => _fault = fault;

    /// <summary>Leads new connections to another server.</summary>
    public void Lead(string target) => _target = target;

    /// <summary>Leads new connections to another server, and cuts the old ones.</summary>
    public void Point(string target)
    {
        Lead(target);
        Socket[] old;
        lock (_gate)
        {
            old = [.. _open];
        }

        Array.ForEach(old, Cut);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _listener.Dispose();
        Point("");
    }

    private static void Cut(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(true, 0);
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            // The other half was faster.
        }

        socket.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            try
            {
                Socket client = await _listener.AcceptSocketAsync();
                _ = ServeAsync(client);
            }
            catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        using (client)
        {
            (client.NoDelay, server.NoDelay) = (true, true);
            lock (_gate)
            {
                _open.UnionWith([client, server]);
            }

            try
            {
                await server.ConnectAsync(IPAddress.Parse(_target), Database.Port);
                var state = new ProxyConnection();
                await Task.WhenAny(PumpAsync(client, server, state, isQuestion: true), PumpAsync(server, client, state, isQuestion: false));
            }
            catch (Exception fault) when (fault is SocketException or ObjectDisposedException or FormatException)
            {
                // No database there just now: the client sees a broken connection, as it would without a proxy.
            }
            finally
            {
                lock (_gate)
                {
                    _open.ExceptWith([client, server]);
                }

                Cut(client);
                Cut(server);
            }
        }
    }

    private async Task PumpAsync(Socket from, Socket to, ProxyConnection state, bool isQuestion)
    {
        byte[] buffer = new byte[BufferBytes];
        try
        {
            int length;
            while ((length = await from.ReceiveAsync(buffer)) > 0)
            {
                if (_fault is { } fault && !await PassesAsync(fault, state, isQuestion, to, buffer.AsMemory(0, length)))
                {
                    return;
                }

                await to.SendAsync(buffer.AsMemory(0, length));
            }
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
        {
            // The other half, or a cut, ended it.
        }
    }

    private async Task<bool> PassesAsync(ProxyFault fault, ProxyConnection state, bool isQuestion, Socket to, ReadOnlyMemory<byte> piece)
    {
        if (fault.MaxDelay > TimeSpan.Zero)
        {
            Interlocked.Increment(ref _delayed);
            await Task.Delay(fault.MaxDelay * (0.25 + (0.75 * Next())));
        }

        if (!isQuestion)
        {
            if (state.LosesNextAnswer)
            {
                Interlocked.Increment(ref _lostAnswers);
                return false;
            }

            return true;
        }

        if (Next() >= fault.CutShare)
        {
            return true;
        }

        switch ((int)(Next() * 3))
        {
            case 0:
                Interlocked.Increment(ref _lostQuestions);
                return false;
            case 1:
                await to.SendAsync(piece);
                Interlocked.Increment(ref _openQuestions);
                return false;
            default:
                state.LosesNextAnswer = true;
                return true;
        }
    }

    private double Next()
    {
        lock (_gate)
        {
            return _random.NextDouble();
        }
    }
}
