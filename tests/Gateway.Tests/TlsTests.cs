using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using CommandBroker.Contracts.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace CommandBroker.Gateway.Tests;

public sealed class TlsTests : IDisposable
{
    private static readonly DateTime Written = new(2026, 11, 24, 8, 0, 0, DateTimeKind.Utc);

    private readonly TestCertificates _files = new();

    [Fact]
    public async Task Renewed_certificate_counts_for_the_next_connection_and_the_open_one_goes_on()
    {
        string first = _files.WriteServer(Written);
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using GatewayHost host = await StartAsync(clock: clock);
        await using SslStream open = await ConnectAsync(host);
        Assert.Equal(first, ThumbprintOf(open));
        Assert.StartsWith("HTTP/1.1 200", await PollAsync(open), StringComparison.Ordinal);

        string second = _files.WriteServer(Written.AddMinutes(1));
        clock.Advance(TimeSpan.FromSeconds(1));
        await using SslStream later = await ConnectAsync(host);
        Assert.Equal(second, ThumbprintOf(later));
        Assert.StartsWith("HTTP/1.1 200", await PollAsync(open), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Certificate_without_its_key_is_not_taken_until_the_key_is_there()
    {
        string first = _files.WriteServer(Written);
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var log = new RecordingLoggerProvider();
        await using GatewayHost host = await StartAsync(clock: clock, log: log);
        _files.WriteServer(Written.AddMinutes(1), withKey: false);
        clock.Advance(TimeSpan.FromSeconds(1));
        await using (SslStream between = await ConnectAsync(host))
        {
            Assert.Equal(first, ThumbprintOf(between));
        }

        Assert.Contains(log.Lines, line => line.Contains("the one before stays", StringComparison.Ordinal));
        string second = _files.WriteServer(Written.AddMinutes(2));
        clock.Advance(TimeSpan.FromSeconds(1));
        await using SslStream after = await ConnectAsync(host);
        Assert.Equal(second, ThumbprintOf(after));
    }

    [Fact]
    public async Task Certificate_that_cannot_be_used_stops_the_start()
    {
        InvalidOperationException refused = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync());
        Assert.Contains("Gateway:CertificatePath", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Client_certificate_of_the_authority_is_its_principal_by_subject_or_by_thumbprint(bool bySubject)
    {
        _files.WriteServer(Written);
        using X509Certificate2 agent = _files.IssueClient("CN=agent-7, O=fleet");
        string name = bySubject ? agent.Subject : agent.GetCertHashString(HashAlgorithmName.SHA256);
        await using GatewayHost host = await StartAsync(new() { ["Identity:ClientCertificates"] = $"{FakeIdentity.Id("agent")}={name}" });
        await using SslStream stream = await ConnectAsync(host, agent);
        Assert.StartsWith("HTTP/1.1 200", await PollAsync(stream, token: null), StringComparison.Ordinal);
        Assert.DoesNotContain(host.Grains.Identity.Calls, call => call.StartsWith("FindToken", StringComparison.Ordinal));

        host.Grains.Identity.Delete(host.Grains.Identity.Principals[FakeIdentity.Id("agent")]);
        Assert.True(await host.RefreshAsync());
        Assert.StartsWith("HTTP/1.1 401", await PollAsync(stream, token: null), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("agent")]
    [InlineData("Default/AGENT")]
    public async Task Client_certificate_may_name_its_principal_by_name_and_is_nobodys_when_that_is_gone(string principal)
    {
        _files.WriteServer(Written);
        using X509Certificate2 agent = _files.IssueClient("CN=agent-7");
        await using GatewayHost host = await StartAsync(new() { ["Identity:ClientCertificates"] = $"{principal}=CN=agent-7" });
        FakeIdentity fake = host.Grains.Identity;
        await using SslStream stream = await ConnectAsync(host, agent);
        for (int poll = 0; poll < 3; poll++)
        {
            Assert.StartsWith("HTTP/1.1 200", await PollAsync(stream, token: null), StringComparison.Ordinal);
        }

        Assert.Single(fake.Calls, call => call.StartsWith("FindPrincipalByName", StringComparison.Ordinal));
        PrincipalView known = fake.Principals[FakeIdentity.Id("agent")];
        fake.Change(known with { IsEnabled = false });
        Assert.True(await host.RefreshAsync());
        Assert.StartsWith("HTTP/1.1 401", await PollAsync(stream, token: null), StringComparison.Ordinal);
        fake.Change(known);
        Assert.True(await host.RefreshAsync());
        Assert.StartsWith("HTTP/1.1 200", await PollAsync(stream, token: null), StringComparison.Ordinal);
        fake.Delete(known);
        Assert.True(await host.RefreshAsync());
        Assert.StartsWith("HTTP/1.1 401", await PollAsync(stream, token: null), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Certificate_that_is_nobodys_needs_a_token_and_a_foreign_one_gets_no_connection()
    {
        _files.WriteServer(Written);
        await using GatewayHost host = await StartAsync(new() { ["Identity:ClientCertificates"] = $"{FakeIdentity.Id("agent")}=CN=agent-7" });
        using X509Certificate2 other = _files.IssueClient("CN=agent-8");
        await using (SslStream stream = await ConnectAsync(host, other))
        {
            Assert.StartsWith("HTTP/1.1 401", await PollAsync(stream, token: null), StringComparison.Ordinal);
            Assert.StartsWith("HTTP/1.1 200", await PollAsync(stream), StringComparison.Ordinal);
        }

        using X509Certificate2 foreign = _files.IssueForeignClient("CN=agent-7");
        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            // The client learns of it with the handshake or with the first answer, as the version of TLS has it.
            await using SslStream stream = await ConnectAsync(host, foreign);
            if ((await PollAsync(stream, token: null)).Length == 0)
            {
                throw new IOException("The connection was ended.");
            }
        });
        Assert.DoesNotContain(host.Grains.Servers["s1"].Calls, call => call != "Poll");
    }

    [Theory]
    [InlineData("GET", "/v3/sources/s1/command", "cross-site", "403")]
    [InlineData("GET", "/v3/sources/s1/command", "same-site", "403")]
    [InlineData("GET", "/v3/sources/s1/command", "same-origin", "200")]
    [InlineData("GET", "/v3/sources/s1/command", "none", "200")]
    [InlineData("GET", "/v3/projects", "cross-site", "403")]
    [InlineData("GET", "/api/v1/sources/s1/commands", "cross-site", "403")]
    [InlineData("DELETE", "/v3/sources/s1", "cross-site", "403")]
    public async Task Page_of_another_site_does_nothing_by_a_browsers_certificate(string method, string path, string site, string status)
    {
        _files.WriteServer(Written);
        using X509Certificate2 operators = _files.IssueClient("CN=olga");
        await using GatewayHost host = await StartAsync(new() { ["Identity:ClientCertificates"] = $"{FakeIdentity.Id("olga")}=CN=olga" });
        await using SslStream stream = await ConnectAsync(host, operators);

        string answer = await SendAsync(stream, $"{method} {path} HTTP/1.1\r\nHost: x\r\nSec-Fetch-Site: {site}\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 " + status, answer, StringComparison.Ordinal);
        Assert.Equal(status == "200" ? ["Poll"] : [], host.Grains.Servers["s1"].Calls);
        Assert.StartsWith("HTTP/1.1 200", await PollAsync(stream), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("CN=agent-7", "200")]
    [InlineData("CN=AGENT-7", "401")]
    public async Task Subject_counts_in_its_own_case_only(string mapped, string status)
    {
        _files.WriteServer(Written);
        using X509Certificate2 agent = _files.IssueClient("CN=agent-7");
        await using GatewayHost host = await StartAsync(new() { ["Identity:ClientCertificates"] = $"{FakeIdentity.Id("agent")}={mapped}" });
        await using SslStream stream = await ConnectAsync(host, agent);
        Assert.StartsWith("HTTP/1.1 " + status, await PollAsync(stream, token: null), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Subjects_that_differ_in_case_are_two_and_a_thumbprint_counts_in_any_case()
    {
        _files.WriteServer(Written);
        using X509Certificate2 first = _files.IssueClient("CN=agent-7"), second = _files.IssueClient("CN=Agent-7"), third = _files.IssueClient("CN=agent-9");
        string thumbprint = third.GetCertHashString(HashAlgorithmName.SHA256).ToLowerInvariant();
        await using GatewayHost host = await StartAsync(new()
        {
            ["Identity:ClientCertificates"] = $"{FakeIdentity.Id("agent")}=CN=agent-7; {FakeIdentity.Id("none")}=CN=Agent-7; {FakeIdentity.Id("agent")}={thumbprint}",
        });
        foreach ((X509Certificate2 certificate, string status) in ((X509Certificate2, string)[])[(first, "200"), (second, "401"), (third, "200")])
        {
            await using SslStream stream = await ConnectAsync(host, certificate);
            Assert.StartsWith("HTTP/1.1 " + status, await PollAsync(stream, token: null), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("no-separator")]
    [InlineData("=CN=x")]
    [InlineData("id=")]
    [InlineData("a=CN=x;b=CN=x")]
    public async Task Mapping_that_is_none_stops_the_start(string mapping)
    {
        _files.WriteServer(Written);
        InvalidOperationException refused = await Assert.ThrowsAsync<InvalidOperationException>(
            () => StartAsync(new() { ["Identity:ClientCertificates"] = mapping }));
        Assert.Contains("Identity:ClientCertificates", refused.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _files.Dispose();

    private Task<GatewayHost> StartAsync(Dictionary<string, string?>? settings = null, FakeTimeProvider? clock = null, RecordingLoggerProvider? log = null)
    {
        settings ??= [];
        settings["Gateway:CertificatePath"] = _files.CertificatePath;
        settings["Gateway:CertificateKeyPath"] = _files.KeyPath;
        settings["Gateway:ClientCertificateAuthorities"] = _files.AuthoritiesPath;
        return GatewayHost.StartAsync(
            grains => grains.Register("s1"),
            settings,
            services: services =>
            {
                if (clock is not null)
                {
                    services.AddSingleton<TimeProvider>(clock);
                }

                if (log is not null)
                {
                    services.AddSingleton<Microsoft.Extensions.Logging.ILoggerProvider>(log);
                }
            },
            url: "https://127.0.0.1:0");
    }

    private static async Task<SslStream> ConnectAsync(GatewayHost host, X509Certificate2? certificate = null)
    {
        var client = new TcpClient();
        await client.ConnectAsync(host.Uri.Host, host.Uri.Port);
        var stream = new SslStream(client.GetStream());
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            EnabledSslProtocols = SslProtocols.None,
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
            ClientCertificates = certificate is null ? null : [certificate],
        });
        return stream;
    }

    private static string ThumbprintOf(SslStream stream) => stream.RemoteCertificate!.GetCertHashString(HashAlgorithmName.SHA256);

    private static Task<string> PollAsync(SslStream stream, string? token = FakeIdentity.AgentToken) => SendAsync(
        stream, $"GET /v3/sources/s1/command HTTP/1.1\r\nHost: x\r\n{(token is null ? "" : $"X-Auth-Token: {token}\r\n")}\r\n");

    private static async Task<string> SendAsync(SslStream stream, string request)
    {
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request));
        byte[] answer = new byte[4_096];
        int length = await stream.ReadAsync(answer).AsTask().WaitAsync(GatewayHost.Deadline);
        return Encoding.UTF8.GetString(answer, 0, length);
    }
}
