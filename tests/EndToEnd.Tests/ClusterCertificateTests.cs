using System.Diagnostics;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using CommandBroker.Client;
using CommandBroker.Contracts;
using CommandBroker.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace CommandBroker.EndToEnd.Tests;

/// <summary>Silos, a gateway and a grain client that show each other certificates, and whoever has none at the silo's ports.</summary>
public sealed class ClusterCertificateTests : IAsyncLifetime
{
    private const int Knocks = 200;
    private const string Token = "operator-0123456789-0123456789-0123456789";

    private readonly string _directory = Directory.CreateTempSubdirectory("commandbroker-certificates-").FullName;
    private readonly int _siloPort = FreePort.Next();
    private readonly int _gatewayPort = FreePort.Next();
    private string _database = "";

    public async Task InitializeAsync()
    {
        if (PostgresAvailability.SkipReason(ownServer: false) is null)
        {
            _database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
            Make("cluster", "silo-1", "silo-2", "gateway", "tool");
            Make("other", "stranger");
        }
    }

    public Task DisposeAsync()
    {
        Directory.Delete(_directory, recursive: true);
        return Task.CompletedTask;
    }

    [PostgresFact]
    public async Task A_cluster_serves_its_own_and_nobody_else_gets_anything_from_it()
    {
        await using BrokerProcess first = Of("silo", "silo-1", ("Silo__SiloPort", $"{_siloPort}"), ("Silo__GatewayPort", $"{_gatewayPort}"));
        await using BrokerProcess second = Of("silo", "silo-2");
        await using BrokerProcess gateway = Of("gateway", "gateway");
        await Task.WhenAll(first.StartAsync(), second.StartAsync(), gateway.StartAsync());
        using IHost tool = Tool(client => client.UseClusterCertificates(Path.Combine(_directory, "cluster", "tool")));
        await tool.StartAsync();
        var broker = tool.Services.GetRequiredService<ICommandBrokerClient>();
        await tool.Services.GetRequiredService<ISourceServerClient>().RegisterAsync(new RegisterCall { ServerId = "s-1", Name = "s", OsType = "LINUX" });
        await broker.EnqueueAsync("s-1", new EnqueueCall { Name = "START", Param = "{}" });
        using HttpClient http = gateway.Client(Token);
        Assert.Contains("START", await http.GetStringAsync("/api/v1/sources/s-1/commands"), StringComparison.Ordinal);

        int before = OpenFiles(first);
        for (int knock = 0; knock < Knocks; knock++)
        {
            await KnockAsync(knock % 2 == 0 ? _siloPort : _gatewayPort, knock % 3);
        }

        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (OpenFiles(first) > before + 2)
        {
            await poll.WaitForNextTickAsync(deadline.Token);
        }

        Assert.Contains("has shown no certificate", first.Output, StringComparison.Ordinal);
        await broker.EnqueueAsync("s-1", new EnqueueCall { Name = "STOP", Param = "{}" });
        Assert.Contains("STOP", await http.GetStringAsync("/api/v1/sources/s-1/commands"), StringComparison.Ordinal);
        await tool.StopAsync();
    }

    [PostgresFact]
    public async Task A_gateway_without_a_certificate_finds_no_silo_and_one_with_it_is_shown_the_renewed_one()
    {
        await using BrokerProcess silo = await Of("silo", "silo-1", ("Silo__GatewayPort", $"{_gatewayPort}")).StartAsync();
        await using BrokerProcess stranger = Of("gateway", certificates: null);
        stranger.Launch();
        await stranger.WaitForOutputAsync("The start waits for a silo");
        string before = await ShownAsync();

        Make("cluster", "silo-1");

        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        while (await ShownAsync() == before)
        {
            await poll.WaitForNextTickAsync(deadline.Token);
        }

        await using BrokerProcess gateway = await Of("gateway", "gateway").StartAsync();
        Assert.Contains("\"missing\":\"silo\"", await stranger.MissingAsync(), StringComparison.Ordinal);
    }

    [PostgresFact]
    public async Task A_directory_without_certificates_stops_the_start_and_is_named()
    {
        await using BrokerProcess silo = Of("silo", "nobody");
        silo.Launch();

        Assert.NotEqual(0, await silo.WaitForExitAsync());
        Assert.Contains("must have tls.crt, tls.key and ca.crt", silo.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", silo.Output, StringComparison.Ordinal);
    }

    /// <summary>Somebody who is not of the cluster: says something without TLS, shows nothing, or shows another authority's certificate.</summary>
    private async Task KnockAsync(int port, int how)
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", port);
        NetworkStream stream = client.GetStream();
        try
        {
            if (how == 0)
            {
                await stream.WriteAsync(new byte[64]);
                Assert.Equal(0, await ReadToEndAsync(stream));
                return;
            }

            await using var tls = new SslStream(stream);
            await AuthenticateAsync(tls, how == 1 ? null : Load("other", "stranger"));
            await tls.WriteAsync(new byte[64]);
            Assert.Equal(0, await ReadToEndAsync(tls));
        }
        catch (Exception refusal) when (refusal is IOException or AuthenticationException)
        {
            // Refused in the handshake, or after it: in TLS 1.3 a client hears of it when it reads.
        }
    }

    private async Task<string> ShownAsync()
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", _gatewayPort);
        await using var tls = new SslStream(client.GetStream());
        await AuthenticateAsync(tls, Load("cluster", "tool"));
        return tls.RemoteCertificate!.GetCertHashString();
    }

    private static Task AuthenticateAsync(SslStream tls, X509Certificate2? shown) => tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
    {
        TargetHost = "commandbroker",
        RemoteCertificateValidationCallback = (_, _, _, _) => true,
        ClientCertificateContext = shown is null ? null : SslStreamCertificateContext.Create(shown, additionalCertificates: null, offline: true),
    });

    /// <summary>Reads until the other side ends it.</summary>
    /// <returns>The bytes that came: TLS alerts are not among them.</returns>
    private static async Task<int> ReadToEndAsync(Stream stream)
    {
        int total = 0;
        byte[] buffer = new byte[1024];
        while (await stream.ReadAsync(buffer) is int count and > 0)
        {
            // An alert of TLS in clear is the refusal itself.
            total += buffer[0] == 21 ? 0 : count;
        }

        return total;
    }

    private X509Certificate2 Load(string authority, string name)
    {
        string directory = Path.Combine(_directory, authority, name);
        return X509Certificate2.CreateFromPemFile(Path.Combine(directory, "tls.crt"), Path.Combine(directory, "tls.key"));
    }

    private static int OpenFiles(BrokerProcess broker) => Directory.GetFiles($"/proc/{broker.Id}/fd").Length;

    private void Make(string authority, params string[] names)
    {
        using Process make = Process.Start(Path.Combine(Repository.Root, "deploy", "make-certificates"), [Path.Combine(_directory, authority), .. names]);
        make.WaitForExit();
        Assert.Equal(0, make.ExitCode);
    }

    private BrokerProcess Of(string role, string? certificates, params (string Name, string Value)[] more) => new(
        Path.Combine(_directory, "data"),
        [
            ("ASPNETCORE_ENVIRONMENT", "Production"),
            ("Silo__Role", role),
            ("Storage__Provider", "postgres"),
            ("Storage__ConnectionString", _database),
            ("Credentials__OperatorToken", Token),
            ("Identity__MasterKey", new string('A', 43) + "="),
            .. certificates is null ? [] : ((string, string)[])[("Cluster__CertificateDirectory", Path.Combine(_directory, "cluster", certificates))],
            .. more,
        ]);

    private IHost Tool(Action<IClientBuilder> more)
    {
        HostApplicationBuilder builder = Host.CreateApplicationBuilder();
        builder.Services.AddCommandBrokerClient(client =>
        {
            client.UseLocalhostClustering(gatewayPort: _gatewayPort, serviceId: "commandbroker", clusterId: "commandbroker");
            more(client);
        });
        return builder.Build();
    }
}
