using CommandBroker.Client;
using CommandBroker.Client.Http;
using CommandBroker.Contracts;
using CommandBroker.Contracts.Identity;
using Xunit;

namespace CommandBroker.Sdk.Tests;

/// <summary>A broker as a fresh clone starts it, with a source server and what its tests call with.</summary>
public sealed class SdkBroker : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("commandbroker-sdk-").FullName;
    private readonly BrokerProcess _broker;
    private HttpClient _http = null!;

    public SdkBroker() => _broker = new BrokerProcess(Path.Combine(_directory, "data"));

    public string Address => _broker.Address;

    /// <summary>Where the broker was started, so that <c>cbroker</c> finds its credentials.</summary>
    public string WorkDirectory => _directory;

    internal IIdentityClient Identity { get; private set; } = null!;

    internal ICommandBrokerClient Commands { get; private set; } = null!;

    internal ISourceServerClient Sources { get; private set; } = null!;

    public string Credential(string name) => _broker.Credential(name);

    public async Task InitializeAsync()
    {
        if (!Node.IsReady)
        {
            return;
        }

        await _broker.StartAsync();
        _http = Client(new TokenCredential(_broker.Token));
        Identity = new HttpIdentityClient(_http);
        Commands = new HttpCommandBrokerClient(_http);
        Sources = new HttpSourceServerClient(_http);
    }

    public async Task DisposeAsync()
    {
        _http?.Dispose();
        await _broker.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    internal HttpClient Client(BrokerCredential credential, string? projectId = null) =>
        new(new BrokerAuthenticationHandler(credential, projectId)) { BaseAddress = new Uri(Address + "/") };

    /// <summary>A registered source server of its own for a test, and a key of its agent.</summary>
    internal async Task<(string ServerId, NewAccessKey Key)> AgentAsync()
    {
        string serverId = await Sources.RegisterAsync(new RegisterCall { Name = "sdk", OsType = "LINUX" });
        return (serverId, await Identity.CreateAgentKeyAsync(serverId));
    }

    /// <summary>A user with a key.</summary>
    internal async Task<NewAccessKey> UserKeyAsync(Roles roles, string? projectId = null, NewAccessKeyCall? call = null)
    {
        PrincipalView user = await Identity.CreatePrincipalAsync(new NewPrincipal
        {
            Name = $"user-{Guid.NewGuid():N}", ProjectId = projectId, Roles = roles,
        });
        return await Identity.CreateKeyAsync((call ?? new NewAccessKeyCall { PrincipalId = "" }) with { PrincipalId = user.PrincipalId });
    }
}
