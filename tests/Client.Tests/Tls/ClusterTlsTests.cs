using System.IO.Pipelines;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using CommandBroker.Client.Tls;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace CommandBroker.Client.Tests.Tls;

/// <summary>Who is let in, and who is let in never reaches what reads frames.</summary>
public sealed class ClusterTlsTests : IDisposable
{
    private readonly TestAuthority _authority = new();
    private readonly TestAuthority _other = new();
    private readonly FakeTimeProvider _clock = new();

    public void Dispose()
    {
        _authority.Dispose();
        _other.Dispose();
    }

    [Fact]
    public async Task Two_processes_of_one_authority_talk()
    {
        (IDuplexPipe near, IDuplexPipe far) = Pair();
        string? came = null, answered = null;

        Task accepting = RunAsync(_authority.Issue("silo"), accepts: true, far, async connection =>
        {
            came = await ReadAsync(connection);
            await connection.Transport.Output.WriteAsync("back"u8.ToArray());
        });
        Task connecting = RunAsync(_authority.Issue("gateway", forServers: false), accepts: false, near, async connection =>
        {
            await connection.Transport.Output.WriteAsync("there"u8.ToArray());
            answered = await ReadAsync(connection);
        });
        await Task.WhenAll(accepting, connecting);

        Assert.Equal(("there", "back"), (came, answered));
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("silent")]
    [InlineData("no certificate")]
    [InlineData("another authority's")]
    [InlineData("expired")]
    [InlineData("for servers only")]
    public async Task Nobody_else_reaches_what_reads_frames(string who)
    {
        (IDuplexPipe near, IDuplexPipe far) = Pair();
        bool isReached = false;

        Task accepting = RunAsync(_authority.Issue("silo"), accepts: true, far, _ =>
        {
            isReached = true;
            return Task.CompletedTask;
        });
        Task knocking = KnockAsync(who, near);
        await accepting;
        await near.Input.CompleteAsync();
        await near.Output.CompleteAsync();
        await knocking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);

        Assert.False(isReached);
    }

    [Theory]
    [InlineData("another authority's")]
    [InlineData("expired")]
    [InlineData("for clients only")]
    public async Task Nothing_is_said_to_a_silo_that_is_none_of_the_cluster(string who)
    {
        (IDuplexPipe near, IDuplexPipe far) = Pair();
        bool isReached = false;
        using X509Certificate2 shown = Shown(who);

        await using var tls = new SslStream(new DuplexStream(far.Input.AsStream(), far.Output.AsStream()));
        Task impostor = tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
        {
            ServerCertificate = shown,
            ClientCertificateRequired = true,
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
        });
        await RunAsync(_authority.Issue("gateway"), accepts: false, near, _ =>
        {
            isReached = true;
            return Task.CompletedTask;
        });
        await impostor.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);

        Assert.False(isReached);
    }

    [Fact]
    public void Renewed_files_count_for_the_next_connection_and_halves_of_them_do_not()
    {
        string directory = _authority.Issue("silo");
        var certificates = new ClusterCertificates(directory, _clock, NullLogger.Instance);
        string before = certificates.Current.Own.TargetCertificate.Thumbprint;
        byte[] key = File.ReadAllBytes(Path.Combine(directory, "tls.key"));

        _authority.Issue("silo");
        byte[] newKey = File.ReadAllBytes(Path.Combine(directory, "tls.key"));
        File.WriteAllBytes(Path.Combine(directory, "tls.key"), key);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(before, certificates.Current.Own.TargetCertificate.Thumbprint);

        File.WriteAllBytes(Path.Combine(directory, "tls.key"), newKey);
        Assert.Equal(before, certificates.Current.Own.TargetCertificate.Thumbprint);
        _clock.Advance(TimeSpan.FromSeconds(1));
        string after = certificates.Current.Own.TargetCertificate.Thumbprint;
        Assert.NotEqual(before, after);

        File.Delete(Path.Combine(directory, "ca.crt"));
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(after, certificates.Current.Own.TargetCertificate.Thumbprint);
    }

    [Theory]
    [InlineData("tls.crt")]
    [InlineData("tls.key")]
    [InlineData("ca.crt")]
    public void A_file_that_is_missing_is_said_at_the_start(string name)
    {
        string directory = _authority.Issue("silo");
        File.Delete(Path.Combine(directory, name));

        InvalidOperationException fault = Assert.Throws<InvalidOperationException>(() => new ClusterCertificates(directory, _clock, NullLogger.Instance));

        Assert.Contains(directory, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_certificate_that_no_peer_would_believe_is_said_at_the_start()
    {
        string directory = _authority.Issue("silo");
        File.Copy(Path.Combine(_other.Issue("silo"), "ca.crt"), Path.Combine(directory, "ca.crt"), overwrite: true);

        InvalidOperationException fault = Assert.Throws<InvalidOperationException>(() => new ClusterCertificates(directory, _clock, NullLogger.Instance));

        Assert.Contains("No peer would believe", fault.InnerException!.Message, StringComparison.Ordinal);
    }

    private async Task KnockAsync(string who, IDuplexPipe near)
    {
        switch (who)
        {
            case "plain":
                // A frame of Orleans begins with two lengths.
                await near.Output.WriteAsync(new byte[64]);
                return;
            case "silent":
                await near.Output.CompleteAsync();
                return;
        }

        await using var tls = new SslStream(new DuplexStream(near.Input.AsStream(leaveOpen: true), near.Output.AsStream(leaveOpen: true)));
        using X509Certificate2? shown = who == "no certificate" ? null : Shown(who);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "commandbroker",
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
            ClientCertificateContext = shown is null ? null : SslStreamCertificateContext.Create(shown, additionalCertificates: null, offline: true),
        });
        await tls.WriteAsync(new byte[64]);
    }

    private X509Certificate2 Shown(string who) => TestAuthority.Load(who switch
    {
        "another authority's" => _other.Issue("stranger"),
        "expired" => _authority.Issue("late", endsInDays: -1),
        "for servers only" => _authority.Issue("server", forClients: false),
        "for clients only" => _authority.Issue("client", forServers: false),
        _ => throw new ArgumentOutOfRangeException(nameof(who), who, null),
    });

    private static async Task RunAsync(string directory, bool accepts, IDuplexPipe transport, ConnectionDelegate reached)
    {
        var tls = new ClusterTls(new ClusterCertificates(directory, TimeProvider.System, NullLogger.Instance), NullLogger<ClusterTls>.Instance);
        var builder = new ConnectionBuilder(EmptyServices.Instance);
        if (accepts)
        {
            tls.Accept(builder);
        }
        else
        {
            tls.Connect(builder);
        }

        builder.Run(connection => reached(connection));
        var connection = new DefaultConnectionContext("test", transport, transport);
        await builder.Build()(connection);

        // As Orleans closes a connection that comes back.
        Assert.Same(transport, connection.Transport);
        await transport.Input.CompleteAsync();
        await transport.Output.CompleteAsync();
    }

    private static async Task<string> ReadAsync(ConnectionContext connection)
    {
        ReadResult read = await connection.Transport.Input.ReadAsync();
        string text = Encoding.ASCII.GetString(read.Buffer.FirstSpan);
        connection.Transport.Input.AdvanceTo(read.Buffer.End);
        return text;
    }

    private static (IDuplexPipe Near, IDuplexPipe Far) Pair()
    {
        Pipe there = new(), back = new();
        return (new TestPipe(back.Reader, there.Writer), new TestPipe(there.Reader, back.Writer));
    }
}
