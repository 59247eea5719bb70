using System.Diagnostics;
using System.Net;
using CommandBroker.Client;
using CommandBroker.Client.Http;
using CommandBroker.Contracts;
using CommandBroker.Contracts.Identity;
using CommandBroker.Testing;
using Xunit;
using Xunit.Abstractions;

namespace CommandBroker.EndToEnd.Tests;

/// <summary>
/// Two gateways as processes over one silo: what is taken away through one of them is refused by both. How long that took is written to the test's
/// output; what is promised is a minute.
/// </summary>
public sealed class RevocationTests(ITestOutputHelper output) : IDisposable
{
    private const int Rounds = 3;
    private const string Operator = "operator-0123456789-0123456789-0123456789";
    private static readonly TimeSpan Promised = TimeSpan.FromSeconds(60);

    private readonly string _directory = Directory.CreateTempSubdirectory("commandbroker-revocation-").FullName;
    private readonly List<(string What, TimeSpan Took)> _measured = [];

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [PostgresFact]
    public async Task What_is_taken_away_through_one_gateway_is_refused_by_all()
    {
        string database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        await using BrokerProcess silo = await Of("silo", database).StartAsync();
        BrokerProcess[] gateways = await Task.WhenAll(Of("gateway", database).StartAsync(), Of("gateway", database).StartAsync());
        await using BrokerProcess first = gateways[0];
        await using BrokerProcess second = gateways[1];
        using HttpClient admin = Client(first, new TokenCredential(Operator));
        await new HttpSourceServerClient(admin).RegisterAsync(new RegisterCall { ServerId = "web-1", Name = "web", OsType = "LINUX" });
        var identity = new HttpIdentityClient(admin);
        for (int round = 0; round < Rounds; round++)
        {
            await RoundAsync(identity, gateways, $"ada-{round}");
        }

        foreach (IGrouping<string, (string What, TimeSpan Took)> of in _measured.GroupBy(one => one.What))
        {
            output.WriteLine($"{of.Key}: at most {of.Max(one => one.Took.TotalMilliseconds):0} ms, on average {of.Average(one => one.Took.TotalMilliseconds):0} ms, of {of.Count()}");
        }
    }

    private async Task RoundAsync(HttpIdentityClient identity, BrokerProcess[] gateways, string name)
    {
        string password = $"password-of-{name}";
        PrincipalView user = await identity.CreatePrincipalAsync(new NewPrincipal { Name = name, Roles = Roles.Agent, Password = password });
        NewAccessKey key = await identity.CreateKeyAsync(new NewAccessKeyCall { PrincipalId = user.PrincipalId });
        using var http = new HttpClient { BaseAddress = new Uri(gateways[0].Address + "/") };
        var tokens = new TokenService(http);
        var credential = new PasswordCredential { User = name, Password = password };
        var revoked = new TokenCredential((await tokens.SignInAsync(credential)).Text);
        var other = new TokenCredential((await tokens.SignInAsync(credential)).Text);
        var signed = new AccessKeyCredential(key.Key.AccessKey, key.SecretKey);
        BrokerCredential[] all = [revoked, other, signed];

        // All are known to both, and answered from memory.
        await Task.WhenAll(gateways.SelectMany(gateway => all.Select(one => UntilAsync(gateway, one, HttpStatusCode.OK))));
        await TakeAsync("revoked token", () => tokens.RevokeAsync(revoked.Token), gateways, revoked);
        await TakeAsync("disabled key", () => identity.EnableKeyAsync(key.Key.AccessKey, isEnabled: false), gateways, signed);
        await TakeAsync("deleted user", () => identity.DeletePrincipalAsync(user.PrincipalId), gateways, other);
    }

    private async Task TakeAsync(string what, Func<Task> takeAway, BrokerProcess[] gateways, BrokerCredential credential)
    {
        await takeAway();
        long from = Stopwatch.GetTimestamp();
        await Task.WhenAll(gateways.Select(async gateway =>
        {
            await UntilAsync(gateway, credential, HttpStatusCode.Unauthorized);
            TimeSpan took = Stopwatch.GetElapsedTime(from);
            lock (_measured)
            {
                _measured.Add((what, took));
            }
        }));
    }

    /// <summary>Polls until the answer is the awaited one; a gateway that takes longer than is promised fails the test.</summary>
    private static async Task UntilAsync(BrokerProcess gateway, BrokerCredential credential, HttpStatusCode awaited)
    {
        using HttpClient http = Client(gateway, credential);
        using var deadline = new CancellationTokenSource(Promised);
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (true)
        {
            using HttpResponseMessage answer = await http.GetAsync("v3/sources/web-1/command", deadline.Token);
            if (answer.StatusCode == awaited)
            {
                return;
            }

            await pace.WaitForNextTickAsync(deadline.Token);
        }
    }

    private static HttpClient Client(BrokerProcess broker, BrokerCredential credential) =>
        new(new BrokerAuthenticationHandler(credential)) { BaseAddress = new Uri(broker.Address + "/") };

    private BrokerProcess Of(string role, string database) => new(
        Path.Combine(_directory, "data"),
        ("ASPNETCORE_ENVIRONMENT", "Production"),
        ("Silo__Role", role),
        ("Storage__Provider", "postgres"),
        ("Storage__ConnectionString", database),
        ("Credentials__OperatorToken", Operator),
        ("Identity__MasterKey", new string('A', 43) + "="));
}
