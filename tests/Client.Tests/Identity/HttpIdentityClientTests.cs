using System.Net;
using CommandBroker.Client.Http;
using CommandBroker.Contracts;
using CommandBroker.Contracts.Identity;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace CommandBroker.Client.Tests.Identity;

public sealed class HttpIdentityClientTests
{
    private const string Problem = "application/problem+json";

    [Fact]
    public async Task What_makes_something_is_sent_once_and_what_does_not_is_repeated()
    {
        var stub = new StubHandler(_ => throw new HttpRequestException("lost"));
        var client = new HttpIdentityClient(stub.Client, Samples.FastRetry);

        foreach (Func<Task> once in (Func<Task>[])
        [
            () => client.CreateDomainAsync("d"),
            () => client.CreateProjectAsync("p"),
            () => client.CreatePrincipalAsync(new NewPrincipal { Name = "ada", Roles = Roles.Admin }),
            () => client.CreateKeyAsync(new NewAccessKeyCall { PrincipalId = "u" }),
            () => client.CreateAgentKeyAsync("web-1"),
            () => client.RotateKeyAsync("AK"),
            () => client.RotateTokenKeyAsync(),
        ])
        {
            stub.Requests.Clear();
            Assert.Equal(BrokerErrorReason.Unreachable, (await Assert.ThrowsAsync<BrokerException>(once)).Reason);
            Assert.Single(stub.Requests);
        }

        stub.Requests.Clear();
        await Assert.ThrowsAsync<BrokerException>(() => client.EnableKeyAsync("AK", false));
        Assert.Equal(3, stub.Requests.Count);
    }

    [Fact]
    public async Task A_principal_is_made_in_the_callers_domain_unless_another_is_named()
    {
        var stub = new StubHandler(_ => StubHandler.Text(HttpStatusCode.Created, User("ada", "\"admin\",\"operator\"")));
        var client = new HttpIdentityClient(stub.Client);

        PrincipalView made = await client.CreatePrincipalAsync(
            new NewPrincipal { Name = "ada", Roles = Roles.Admin | Roles.Operator, Password = "long enough" });

        Assert.Equal("""{"name":"ada","roles":["operator","admin"],"password":"long enough"}""", stub.Requests[0].Body);
        Assert.Equal(("ada", Roles.Admin | Roles.Operator), (made.Name, made.Roles));
    }

    [Fact]
    public async Task Pages_are_read_until_the_last()
    {
        var stub = new StubHandler(request => StubHandler.Text(HttpStatusCode.OK, request.Number == 1
            ? $$"""{"users":[{{User("a", "")}},{{User("b c", "")}}],"next_after":"b c"}"""
            : $$"""{"users":[{{User("d", "")}}]}"""));

        List<PrincipalView> users = await new HttpIdentityClient(stub.Client).ListPrincipalsAsync("dom").ToListAsync();

        Assert.Equal(["a", "b c", "d"], users.Select(user => user.Name));
        Assert.Equal(
            ["/api/v1/users?domain_id=dom&limit=1000", "/api/v1/users?domain_id=dom&after=b%20c&limit=1000"], stub.Requests.Select(request => request.Path));
    }

    [Fact]
    public async Task Pages_of_projects_and_domains_are_read_until_the_last()
    {
        var stub = new StubHandler(request => StubHandler.Text(HttpStatusCode.OK, $$"""
            {"{{(request.Path.Contains("projects", StringComparison.Ordinal) ? "projects" : "domains")}}":[{"id":"i{{request.Number}}","name":"n {{request.Number}}","enabled":true}]
            {{(request.Number % 2 == 1 ? $",\"next_after\":\"n {request.Number}\"" : "")}}}
            """));
        var client = new HttpIdentityClient(stub.Client);

        Assert.Equal(["n 1", "n 2"], (await client.ListProjectsAsync("dom")).Select(project => project.Name));
        Assert.Equal(["n 3", "n 4"], (await client.ListDomainsAsync()).Select(domain => domain.Name));
        Assert.Equal(
            ["/api/v1/projects?domain_id=dom", "/api/v1/projects?domain_id=dom&after=n%201", "/api/v1/domains", "/api/v1/domains?after=n%203"],
            stub.Requests.Select(request => request.Path));
    }

    [Fact]
    public async Task A_tenant_is_found_whether_it_is_a_project_or_a_domain()
    {
        var stub = new StubHandler(request => request.Path.StartsWith("/api/v1/projects", StringComparison.Ordinal)
            ? StubHandler.Text(HttpStatusCode.NotFound, """{"reason":"unknown_identity"}""", Problem)
            : StubHandler.Text(HttpStatusCode.OK, """{"id":"d1","name":"north","enabled":true}"""));
        var client = new HttpIdentityClient(stub.Client);

        Assert.Equal("north", (await client.ShowTenantAsync("d1"))!.Name);
        Assert.Equal("north", (await client.ChangeTenantAsync("d1", new TenantChange { IsEnabled = false })).Name);
        Assert.Equal(("PATCH", """{"enabled":false}"""), (stub.Requests[^1].Method, stub.Requests[^1].Body));
    }

    [Fact]
    public async Task What_is_not_there_is_null()
    {
        var stub = new StubHandler(request => request.Path.Contains('?', StringComparison.Ordinal)
            ? StubHandler.Text(HttpStatusCode.OK, """{"users":[]}""")
            : StubHandler.Text(HttpStatusCode.NotFound, """{"reason":"unknown_identity"}""", Problem));
        var client = new HttpIdentityClient(stub.Client);

        Assert.Null(await client.ShowTenantAsync("x"));
        Assert.Null(await client.ShowPrincipalAsync("x"));
        Assert.Null(await client.ShowKeyAsync("x"));
        Assert.Null(await client.FindPrincipalAsync("x"));
    }

    [Fact]
    public async Task A_rotation_says_its_overlap_also_when_there_is_none()
    {
        var stub = new StubHandler(_ => StubHandler.Text(
            HttpStatusCode.Created, $$"""{"access_key":"AK2","secret_key":"SK2","key":{{Key("AK2")}}}"""));
        var client = new HttpIdentityClient(stub.Client);

        await client.RotateKeyAsync("AK1", TimeSpan.Zero);
        NewAccessKey made = await client.RotateKeyAsync("AK1", TimeSpan.FromDays(7));
        await client.RotateKeyAsync("AK1");

        Assert.Equal(["""{"overlap":"0s"}""", """{"overlap":"7d"}""", "{}"], stub.Requests.Select(request => request.Body));
        Assert.Equal(("/api/v1/keys/AK1/rotate", "AK2", "SK2"), (stub.Requests[0].Path, made.Key.AccessKey, made.SecretKey));
    }

    [Fact]
    public async Task Deleting_again_after_a_lost_answer_is_a_success()
    {
        var stub = new StubHandler(request => request.Number == 1
            ? throw new HttpRequestException("lost")
            : StubHandler.Text(HttpStatusCode.NotFound, """{"reason":"unknown_identity"}""", Problem));

        await new HttpIdentityClient(stub.Client, Samples.FastRetry).DeleteKeyAsync("AK");

        Assert.Equal(2, stub.Requests.Count);
    }

    [Fact]
    public async Task The_audit_is_followed_without_a_gap_also_when_more_came_than_a_page()
    {
        long newest = 3;
        var stub = new StubHandler(request =>
        {
            long before = request.Path.Contains("before=", StringComparison.Ordinal)
                ? long.Parse(request.Path.Split("before=")[1].Split('&')[0], System.Globalization.CultureInfo.InvariantCulture)
                : newest + 1;
            IEnumerable<string> page = Enumerable.Range(1, 2).Select(i => before - i).Where(no => no > 0).Select(Audit);
            return StubHandler.Text(HttpStatusCode.OK, $$"""{"events":[{{string.Join(',', page)}}]}""");
        });
        var time = new FakeTimeProvider();
        var client = new HttpIdentityClient(stub.Client, time: time);
        using var stop = new CancellationTokenSource();
        await using IAsyncEnumerator<AuditEvent> events = client.FollowAuditAsync(
            new AuditQuery { ActionPrefix = "key.", Limit = 2 }, TimeSpan.FromSeconds(1), stop.Token).GetAsyncEnumerator();

        List<long> seen = [await NextAsync(), await NextAsync()];
        ValueTask<bool> waiting = events.MoveNextAsync();
        newest = 8;
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(await waiting);
        seen.Add(events.Current.AuditNo);
        seen.AddRange([await NextAsync(), await NextAsync(), await NextAsync(), await NextAsync()]);

        Assert.Equal([2, 3, 4, 5, 6, 7, 8], seen);
        Assert.Equal("/api/v1/audit?action=key.&limit=2", stub.Requests[0].Path);

        async Task<long> NextAsync()
        {
            Assert.True(await events.MoveNextAsync());
            return events.Current.AuditNo;
        }
    }

    [Fact]
    public async Task A_short_page_of_the_audit_is_followed_by_the_next_one()
    {
        var stub = new StubHandler(request => StubHandler.Text(HttpStatusCode.OK, request.Path.Contains("before=", StringComparison.Ordinal)
            ? $$"""{"events":[{{Audit(3)}}]}"""
            : $$"""{"events":[{{Audit(9)}}],"next_before":"7"}"""));

        Assert.Equal([9L, 3], (await new HttpIdentityClient(stub.Client).ReadAuditAsync(new AuditQuery { After = 1, Limit = 5 })).Select(one => one.AuditNo));

        Assert.Equal(["/api/v1/audit?after=1&limit=5", "/api/v1/audit?before=7&after=1&limit=4"], stub.Requests.Select(request => request.Path));
    }

    [Fact]
    public async Task The_exchange_of_the_master_key_is_waited_for()
    {
        int asked = 0;
        var stub = new StubHandler(_ => StubHandler.Text(HttpStatusCode.OK, ++asked < 3
            ? """{"state":"running","reencrypted_count":1,"remaining_count":2}"""
            : """{"state":"done","reencrypted_count":3,"remaining_count":0}"""));
        var time = new FakeTimeProvider();
        Task<ReencryptionView> run = new HttpIdentityClient(stub.Client, time: time).ReencryptAsync();
        while (!run.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.Equal((3, 0), ((await run).ReencryptedCount, (await run).RemainingCount));
        Assert.Equal(["POST", "GET", "GET"], stub.Requests.Select(request => request.Method));
    }

    private static string User(string name, string roles) =>
        $$"""{"id":"u-{{name}}","name":"{{name}}","domain_id":"d","domain_name":"default","project_id":"p","project_name":"default","domain_wide":false,"roles":[{{roles}}],"enabled":true,"created_at":"2026-03-01T12:00:00Z"}""";

    private static string Key(string accessKey) =>
        $$"""{"access_key":"{{accessKey}}","user":{{User("ada", "")}},"description":"","enabled":true,"created_at":"2026-03-01T12:00:00Z","temporary":false}""";

    private static string Audit(long number) =>
        $$"""{"audit_id":"{{number}}","at":"2026-03-01T12:00:00Z","action":"key.created","actor":"ada","domain_id":"d"}""";
}
