using System.Text.Json;
using CommandBroker.Gateway.Grains;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace CommandBroker.Gateway.Tests.ExternalIam;

/// <summary>In whose name a Keystone is asked.</summary>
public sealed class KeystoneSessionTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("commandbroker-keystone-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Broker_signs_in_once_by_password_and_again_before_its_token_ends()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using StubKeystone keystone = await new StubKeystone { Clock = clock }.StartAsync();
        await using GatewayHost host = await StartAsync(keystone, clock);
        await host.PollAsync("a", 401);
        await host.PollAsync("b", 401);
        Assert.Equal(1, keystone.SignIns);
        using JsonDocument sent = JsonDocument.Parse(keystone.LastSignIn);
        JsonElement auth = sent.RootElement.GetProperty("auth");
        Assert.Equal(
            """{"methods":["password"],"password":{"user":{"name":"broker","domain":{"name":"Default"},"password":"service-secret"}}}""", auth.GetProperty("identity").GetRawText());
        Assert.Equal("""{"project":{"name":"service","domain":{"name":"Default"}}}""", auth.GetProperty("scope").GetRawText());

        // Five minutes before the hour is over.
        clock.Advance(TimeSpan.FromMinutes(55) - TimeSpan.FromSeconds(1));
        await host.PollAsync("c", 401);
        Assert.Equal(1, keystone.SignIns);
        clock.Advance(TimeSpan.FromSeconds(1));
        await host.PollAsync("d", 401);
        Assert.Equal(2, keystone.SignIns);
    }

    [Fact]
    public async Task Token_that_cannot_be_renewed_is_good_to_its_end()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using StubKeystone keystone = await new StubKeystone { Clock = clock }.StartAsync();
        await using GatewayHost host = await StartAsync(keystone, clock);
        keystone.ExpectedPassword = "another";
        clock.Advance(TimeSpan.FromMinutes(56));
        (await host.PollAsync("a", 401)).IsNotValid();
        Assert.Equal(1, keystone.RefusedSignIns);
        clock.Advance(TimeSpan.FromMinutes(4));
        (await host.PollAsync("b", 503)).IsUnavailable();
    }

    [Fact]
    public async Task Token_that_the_keystone_has_forgotten_is_had_anew_for_the_same_request()
    {
        await using StubKeystone keystone = await new StubKeystone().StartAsync();
        await using GatewayHost host = await StartAsync(keystone);
        keystone.ForgetServices();
        keystone.Tokens["t"] = new StubToken(DateTimeOffset.UtcNow.AddHours(1), "agent");
        await host.PollAsync("t");
        Assert.Equal(2, keystone.SignIns);
    }

    [Fact]
    public async Task Application_credential_with_its_secret_in_a_file_is_another_way_to_sign_in()
    {
        string file = Path.Combine(_directory, "secret");
        await File.WriteAllTextAsync(file, StubKeystone.ApplicationCredentialSecret + "\n");
        await using StubKeystone keystone = await new StubKeystone().StartAsync();
        await using GatewayHost host = await StartAsync(
            keystone, null, ("Identity:Keystone:User", null), ("Identity:Keystone:Password", null),
            ("Identity:Keystone:ApplicationCredentialId", StubKeystone.ApplicationCredentialId), ("Identity:Keystone:ApplicationCredentialSecretFile", file));
        await host.PollAsync("a", 401);
        Assert.Equal(
            """{"auth":{"identity":{"methods":["application_credential"],"application_credential":{"id":"a9c1","secret":"application-secret"}}}}""", keystone.LastSignIn);
    }

    [Fact]
    public async Task Refused_sign_in_is_told_by_readyz_and_not_repeated_for_half_a_minute_and_a_mended_password_file_is_enough()
    {
        string file = Path.Combine(_directory, "password");
        await File.WriteAllTextAsync(file, "wrong");
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using StubKeystone keystone = await new StubKeystone { Clock = clock }.StartAsync();
        await using GatewayHost host = await ExternalGateway.StartAsync(
            keystone, clock, ("Identity:MaxStaleness", "01:00:00"), ("Identity:Keystone:Password", null), ("Identity:Keystone:PasswordFile", file));
        (await host.PollAsync("a", 503)).IsUnavailable();
        for (int number = 0; number < 10; number++)
        {
            (await host.PollAsync($"b{number}", 503)).IsUnavailable();
        }

        Assert.Equal(1, keystone.RefusedSignIns);
        Answer notReady = await host.SendAsync("GET", "/readyz", token: null);
        Assert.Equal((503, """{"status":"not ready","missing":"iam"}"""), (notReady.Status, notReady.Body));

        await File.WriteAllTextAsync(file, StubKeystone.Password);
        clock.Advance(TimeSpan.FromSeconds(30));
        (await host.PollAsync("c", 401)).IsNotValid();
        Assert.Equal(200, (await host.SendAsync("GET", "/readyz", token: null)).Status);
    }

    [Fact]
    public async Task Gateway_that_was_ready_stays_so_and_says_what_it_is_without()
    {
        await using StubKeystone keystone = await new StubKeystone().StartAsync();
        await using GatewayHost host = await StartAsync(keystone);
        keystone.IsDown = true;
        (await host.PollAsync("a", 503)).IsUnavailable();
        Answer degraded = await host.SendAsync("GET", "/readyz", token: null);
        Assert.Equal((200, """{"status":"ready","degraded":"iam"}"""), (degraded.Status, degraded.Body));
    }

    [Fact]
    public async Task Process_that_serves_nothing_but_its_health_asks_nobody_and_waits_for_nobody()
    {
        await using StubKeystone keystone = await new StubKeystone().StartAsync();
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Identity:Mode"] = "keystone",
            ["Identity:Keystone:Url"] = keystone.Uri.ToString(),
            ["Identity:Keystone:User"] = "broker",
            ["Identity:Keystone:Password"] = StubKeystone.Password,
        });
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton<IBrokerGrains>(new FakeGrains());
        builder.Services.AddCommandBrokerGateway();
        await using WebApplication silo = builder.Build();
        silo.MapCommandBrokerHealth();
        await silo.StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(silo.Urls.Single()) };
        await ExternalGateway.UntilAsync(async () => (await http.GetAsync("/readyz")).IsSuccessStatusCode);
        Assert.Equal(0, keystone.SignIns);
    }

    private static async Task<GatewayHost> StartAsync(StubKeystone keystone, FakeTimeProvider? clock = null, params (string Name, string? Value)[] settings)
    {
        GatewayHost host = await ExternalGateway.StartAsync(keystone, clock, [("Identity:MaxStaleness", "01:00:00"), .. settings]);
        await ExternalGateway.UntilAsync(async () => (await host.SendAsync("GET", "/readyz", token: null)).Status == 200);
        return host;
    }
}
