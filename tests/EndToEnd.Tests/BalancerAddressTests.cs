using System.Net;
using System.Net.Sockets;
using CommandBroker.Gateway.Tests;
using Xunit;

namespace CommandBroker.EndToEnd.Tests;

/// <summary>Whose address a gateway behind the balancer sees: each caller's own, whatever he says of it.</summary>
public sealed class BalancerAddressTests : IDisposable
{
    private const string Locked = "too many wrong signatures";

    private readonly string _directory = Directory.CreateTempSubdirectory("commandbroker-address-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [HAProxyFact]
    public async Task One_addresss_failures_are_its_own_and_a_forged_one_changes_nothing()
    {
        await using BrokerProcess broker = await new BrokerProcess(Path.Combine(_directory, "data"), ("Gateway__TrustedProxies", "127.0.0.1")).StartAsync();
        await using Balancer balancer = await Balancer.StartAsync(_directory, new Uri(broker.Address).Port);
        var owner = new RequestSigner(broker.Credential("access_key"), broker.Credential("secret_key"));
        RequestSigner thief = owner with { Secret = "wrong" };
        using HttpClient first = From(balancer, "127.0.0.2"), second = From(balancer, "127.0.0.3"), third = From(balancer, "127.0.0.4");

        // Each time as somebody else, and as whom it would like to be locked out.
        for (int number = 1; number <= 6; number++)
        {
            await PollAsync(first, thief, number % 2 == 0 ? "127.0.0.3" : $"203.0.113.{number}");
        }

        Assert.Contains(Locked, (await PollAsync(first, owner, "127.0.0.4")).Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await PollAsync(second, owner, "127.0.0.2")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await PollAsync(third, owner, null)).Status);
    }

    private static HttpClient From(Balancer balancer, string address) => new(new SocketsHttpHandler
    {
        ConnectCallback = async (context, cancellation) =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.Parse(address), 0));
            await socket.ConnectAsync(context.DnsEndPoint, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        },
    }) { BaseAddress = new Uri($"http://127.0.0.1:{balancer.Port}") };

    private static async Task<(HttpStatusCode Status, string Body)> PollAsync(HttpClient http, RequestSigner signer, string? claimed)
    {
        const string Poll = "/v3/sources/nobody/command";
        using var request = new HttpRequestMessage(HttpMethod.Get, Poll);
        foreach ((string name, string value) in signer.Sign("GET", Poll))
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        if (claimed is not null)
        {
            request.Headers.Add("X-Forwarded-For", claimed);
        }

        using HttpResponseMessage answer = await http.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }
}
