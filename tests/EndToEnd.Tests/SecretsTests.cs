using System.Text;
using CommandBroker.Client;
using CommandBroker.Client.Http;
using CommandBroker.Contracts;
using CommandBroker.Contracts.Identity;
using CommandBroker.Testing;
using Xunit;

namespace CommandBroker.EndToEnd.Tests;

/// <summary>A run that logs everything it can, and uses every way to prove who calls: no secret of it is in the log, and none in the store.</summary>
public sealed class SecretsTests : IDisposable
{
    private const string Parameter = "parameter-that-no-log-may-hold";

    private readonly string _directory = Directory.CreateTempSubdirectory("commandbroker-secrets-").FullName;
    private readonly List<KnownSecret> _secrets = [];

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task No_secret_that_a_run_used_is_in_its_log_or_in_its_store()
    {
        await using var broker = new BrokerProcess(
            Path.Combine(_directory, "data"),
            [.. ((string[])["Default", "CommandBroker", "Microsoft.AspNetCore", "Microsoft.Extensions", "Orleans.Runtime", "Orleans", "System.Net"])
                .Select(category => ($"Logging__LogLevel__{category}", "Trace"))]);
        await broker.StartAsync();
        foreach (string member in (string[])["token", "agent_token", "secret_key", "password"])
        {
            Keep(member, broker.Credential(member));
        }

        await UseEverythingAsync(broker);
        await broker.TerminateAsync();

        byte[] log = Encoding.UTF8.GetBytes(broker.Output);
        Assert.Contains("Microsoft.AspNetCore", broker.Output, StringComparison.Ordinal);
        Dictionary<string, byte[]> files = Directory.EnumerateFiles(broker.DataDirectory, "*", SearchOption.AllDirectories)
            .ToDictionary(path => Path.GetRelativePath(broker.DataDirectory, path), File.ReadAllBytes);
        Assert.True(files.Remove("dev-credentials.json", out byte[]? written));
        Assert.Contains(_secrets, secret => secret.IsIn(written));
        Assert.True(files.Remove("master.key", out byte[]? masterKey));
        Keep("master key", Encoding.UTF8.GetString(masterKey).Trim());

        // What is no secret is found, so the search finds what is there.
        Assert.Contains(files.Values, bytes => new KnownSecret("", broker.Credential("access_key")).IsIn(bytes));
        Assert.Contains(files.Values, bytes => new KnownSecret("", Parameter).IsIn(bytes));
        Assert.False(new KnownSecret("", Parameter).IsIn(log), "The log holds a command's parameter.");
        Assert.True(_secrets.Count >= 15, $"Only {_secrets.Count} secrets were used.");
        Assert.Empty(_secrets.Where(secret => secret.IsIn(log)).Select(secret => $"{secret.What} in the log"));
        Assert.Empty(files.SelectMany(file => _secrets.Where(secret => secret.IsIn(file.Value)).Select(secret => $"{secret.What} in {file.Key}")));
    }

    [PostgresFact(OwnServer = true)]
    public async Task No_secret_is_in_a_dump_of_the_database_or_in_what_faults_leave_in_the_log()
    {
        await using PostgresServer server = await PostgresServer.StartOwnAsync();
        string database = await server.CreateDatabaseAsync() + ";Password=" + Keep("database password", "password-of-the-database");
        await using var broker = new BrokerProcess(
            Path.Combine(_directory, "data"),
            [("Storage__Provider", "postgres"), ("Storage__ConnectionString", database),
            .. ((string[])["Default", "CommandBroker", "Microsoft.AspNetCore", "Orleans", "Npgsql"]).Select(category => ($"Logging__LogLevel__{category}", "Debug"))]);
        await broker.StartAsync();
        foreach (string member in (string[])["token", "agent_token", "secret_key", "password"])
        {
            Keep(member, broker.Credential(member));
        }

        await UseEverythingAsync(broker);
        await SendWhatCannotBeReadAsync(broker);
        await server.StopAsync();
        await CallInVainAsync(broker);
        await server.StartAgainAsync();
        await broker.WaitUntilReadyAsync();
        await broker.TerminateAsync();
        byte[] dump = await PostgresServer.DumpAsync(database);

        Assert.Contains("NpgsqlException", broker.Output, StringComparison.Ordinal);
        Assert.True(new KnownSecret("", broker.Credential("access_key")).IsIn(dump), "What is no secret is not found in the dump: the search finds nothing.");
        Assert.True(new KnownSecret("", Parameter).IsIn(dump), "The command's parameter is not found in the dump: the search finds nothing.");
        Keep("master key", (await File.ReadAllTextAsync(Path.Combine(broker.DataDirectory, "master.key"))).Trim());
        byte[] log = Encoding.UTF8.GetBytes(broker.Output);
        Assert.False(new KnownSecret("", Parameter).IsIn(log), "The log holds a command's parameter.");
        Assert.Empty(_secrets.Where(secret => secret.IsIn(dump)).Select(secret => $"{secret.What} in the dump"));
        Assert.Empty(_secrets.Where(secret => secret.IsIn(log)).Select(secret => $"{secret.What} in the log"));
    }

    /// <summary>Bodies that end in the middle of a secret, or hold one where none belongs.</summary>
    private async Task SendWhatCannotBeReadAsync(BrokerProcess broker)
    {
        string secret = Keep("password in a broken body", "password-in-a-broken-body");
        using HttpClient http = broker.Client(broker.Token);
        foreach ((string path, string body) in ((string, string)[])
            [
                ("/v3/auth/tokens", $$"""{"auth": {"identity": {"methods": ["password"], "password": {"user": {"name": "ada", "password": "{{secret}}"""),
                ("/v3/auth/tokens", $$"""{"auth": {"identity": {"methods": ["{{secret}}"] } } }"""),
                ("/api/v1/users", $$"""{"name": "x", "roles": ["agent"], "password": {"{{secret}}": 1} }"""),
                ("/api/v1/sources/web-1/commands", $$"""{"command_name": "START", "command_param": {"task_id": "{{Parameter}}"""),
                ("/v3/sources/web-1/command_result", $$"""{"command_name": "START", "result": "{{secret}}", "result_detail": "{{secret}}"""),
            ])
        {
            using HttpResponseMessage answer = await http.PostAsync(path, new StringContent(body, Encoding.UTF8, "application/json"));
            Assert.InRange((int)answer.StatusCode, 400, 499);
        }
    }

    /// <summary>Every way to prove who calls, while the database is gone.</summary>
    private async Task CallInVainAsync(BrokerProcess broker)
    {
        using HttpClient tool = broker.Client(broker.Token);
        using HttpResponseMessage enqueued = await tool.PostAsync(
            "/api/v1/sources/web-1/commands", new StringContent($$"""{"command_name": "START", "command_param": {"task_id": "{{Parameter}}"} }""", Encoding.UTF8, "application/json"));
        Assert.Equal(503, (int)enqueued.StatusCode);
        await PollAsync(broker, new TokenCredential(Keep("token in vain", "token-in-vain-0123456789-0123456789")), 503);
        await PollAsync(broker, new AccessKeyCredential("AKINVAIN00000000000A", Keep("secret key in vain", "secret-key-in-vain-0123456789-0123456789")), 503);
        using HttpResponseMessage signIn = await tool.PostAsync("/v3/auth/tokens", new StringContent(
            $$"""{"auth": {"identity": {"methods": ["password"], "password": {"user": {"name": "eve", "domain": {"name": "default"}, "password": "{{Keep("password in vain", "password-in-vain")}}"} } } } }""",
            Encoding.UTF8, "application/json"));
        Assert.Equal(503, (int)signIn.StatusCode);
    }

    private async Task UseEverythingAsync(BrokerProcess broker)
    {
        using HttpClient admin = Client(broker, new TokenCredential(broker.Token));
        var identity = new HttpIdentityClient(admin);
        var commands = new HttpCommandBrokerClient(admin);
        await new HttpSourceServerClient(admin).RegisterAsync(new RegisterCall { ServerId = "web-1", Name = "web", OsType = "LINUX" });
        await commands.EnqueueAsync("web-1", new EnqueueCall { Name = "START", Param = $$"""{"task_id":"{{Parameter}}"}""" });

        PrincipalView user = await identity.CreatePrincipalAsync(new NewPrincipal
        {
            Name = "ada", Roles = Roles.Operator | Roles.Agent, Password = Keep("password", "first-password-of-ada"),
        });
        string password = Keep("changed password", "second-password-of-ada");
        await identity.ChangePrincipalAsync(user.PrincipalId, new PrincipalChange { Password = password });
        NewAccessKey agent = Keep(await identity.CreateAgentKeyAsync("web-1"));
        NewAccessKey rotated = Keep(await identity.RotateKeyAsync(agent.Key.AccessKey));
        NewAccessKey temporary = Keep(await identity.CreateKeyAsync(new NewAccessKeyCall
        {
            PrincipalId = user.PrincipalId, IsTemporary = true, Lifetime = TimeSpan.FromMinutes(15),
        }));

        await PollAsync(broker, new AccessKeyCredential(agent.Key.AccessKey, agent.SecretKey), 200);
        await PollAsync(broker, new AccessKeyCredential(rotated.Key.AccessKey, Keep("wrong secret", "wrong-secret-0123456789")), 401);
        await PollAsync(broker, new AccessKeyCredential(temporary.Key.AccessKey, temporary.SecretKey) { SecurityToken = temporary.SecurityToken }, 200);
        await PollAsync(broker, new TokenCredential(broker.AgentToken), 200);
        await PollAsync(broker, new TokenCredential(Keep("wrong token", "wrong-token-0123456789-0123456789")), 401);
        await SignInAndOutAsync(broker, password);
        await identity.EnableKeyAsync(rotated.Key.AccessKey, isEnabled: false);
        await identity.RotateTokenKeyAsync();
        await identity.ReencryptAsync();
        string audit = string.Concat(await identity.ReadAuditAsync(new AuditQuery { Limit = 1_000 }));
        Assert.All(_secrets, secret => Assert.False(secret.IsIn(Encoding.UTF8.GetBytes(audit)), $"{secret.What} in the audit"));
        await identity.DeletePrincipalAsync(user.PrincipalId);
    }

    private async Task SignInAndOutAsync(BrokerProcess broker, string password)
    {
        using var http = new HttpClient { BaseAddress = new Uri(broker.Address + "/") };
        var tokens = new TokenService(http);
        BrokerToken token = await tokens.SignInAsync(new PasswordCredential { User = "ada", Password = password });
        Keep("issued token", token.Text);
        await PollAsync(broker, new TokenCredential(token.Text), 200);
        await tokens.RevokeAsync(token.Text);
        BrokerException refused = await Assert.ThrowsAsync<BrokerException>(() => tokens.SignInAsync(new PasswordCredential
        {
            User = "ada", Password = Keep("wrong password", "wrong-password-of-ada"),
        }));
        Assert.Equal(BrokerErrorReason.Unauthorized, refused.Reason);
    }

    private static async Task PollAsync(BrokerProcess broker, BrokerCredential credential, int status)
    {
        using HttpClient http = Client(broker, credential);
        using HttpResponseMessage response = await http.GetAsync("v3/sources/web-1/command");
        Assert.Equal(status, (int)response.StatusCode);
    }

    private static HttpClient Client(BrokerProcess broker, BrokerCredential credential) =>
        new(new BrokerAuthenticationHandler(credential)) { BaseAddress = new Uri(broker.Address + "/") };

    private string Keep(string what, string value)
    {
        _secrets.Add(new KnownSecret(what, value));
        return value;
    }

    private NewAccessKey Keep(NewAccessKey made)
    {
        Keep($"secret key of {made.Key.AccessKey}", made.SecretKey);
        if (made.SecurityToken is { } token)
        {
            Keep($"security token of {made.Key.AccessKey}", token);
        }

        return made;
    }
}
