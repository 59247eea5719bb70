using CommandBroker.Contracts.Identity;
using Xunit;

namespace CommandBroker.Gateway.Tests;

/// <summary>What a caller misspells is refused by name, not passed over.</summary>
public sealed class StrictRequestTests
{
    private const string AdminToken = "admin-token";
    private const string AllToken = "all-token";
    private const string Commands = "/api/v1/sources/s1/commands";

    [Theory]
    [InlineData("POST", Commands, """{"command_name":"START","not_befor":"2027-01-01T00:00:00Z"}""", "not_befor")]
    [InlineData("POST", Commands, """{"command_name":"START","param":{"task_id":"t"}}""", "param")]
    [InlineData("POST", Commands, """{"command_name":"START","delay":"2s"}""", "delay")]
    [InlineData("POST", Commands, """{"command_name":"START","idempotency_key":"k"}""", "idempotency_key")]
    [InlineData("POST", Commands, """{"command_name":"START","server_id":"s2"}""", "server_id")]
    [InlineData("POST", Commands, """{"command_name":"START","command_name":"STOP"}""", "command_name")]
    [InlineData("POST", Commands + "/1/cancel", """{"reasn":"because"}""", "reasn")]
    [InlineData("PUT", "/api/v1/sources/s1/settings", """{"delivery_mod":"sequential"}""", "delivery_mod")]
    [InlineData("POST", "/api/v1/users", """{"name":"x","roles":["agent"],"serverId":"web-1"}""", "serverId")]
    [InlineData("POST", "/api/v1/keys", """{"user_id":"u","lifetme":"1h"}""", "lifetme")]
    [InlineData("PATCH", "/api/v1/users/u", """{"enable":false}""", "enable")]
    public async Task A_member_that_is_not_known_or_there_twice_is_refused_by_name(string method, string path, string body, string member)
    {
        await using GatewayHost host = await GatewayHost.StartAsync(Arrange);

        Answer answer = (await host.SendAsync(method, path, body, TokenFor(path))).IsProblem(400, "invalid_argument", transient: false);

        Assert.Contains(member, answer.Json.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Empty(host.Grains.Servers["s1"].Enqueued);
    }

    /// <summary>All routes below /api/v1 but the batch, whose lines are answered one by one.</summary>
    public static TheoryData<string, string> ManagementRoutes
    {
        get
        {
            var rows = new TheoryData<string, string>();
            foreach (IsolationMatrix.Row row in IsolationMatrix.Rows)
            {
                if (row.Pattern.StartsWith("/api/v1/", StringComparison.Ordinal) && row.Pattern != "/api/v1/commands")
                {
                    rows.Add(row.Method, row.Pattern);
                }
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(ManagementRoutes))]
    public async Task Every_route_refuses_a_member_that_it_does_not_know_by_name(string method, string pattern)
    {
        await using GatewayHost host = await GatewayHost.StartAsync(ArrangeAll);
        string path = IsolationTests.PathOf(pattern, "s1");

        Answer answer = (await host.SendAsync(method, path, """{"misspelt":1}""", AllToken)).IsProblem(400, "invalid_argument", transient: false);

        Assert.Contains("\"misspelt\" is no member here", answer.Json.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Empty(host.Grains.Servers["s1"].Calls);
        Assert.Empty(host.Grains.Admin.Calls);
    }

    [Theory]
    [InlineData("GET", "", 200)]
    [InlineData("GET", "{}", 200)]
    [InlineData("GET", " { } ", 200)]
    [InlineData("GET", "[]", 400)]
    [InlineData("GET", "null", 400)]
    [InlineData("GET", "{", 400)]
    [InlineData("POST", "", 202)]
    [InlineData("POST", "{}", 202)]
    [InlineData("POST", "x", 400)]
    [InlineData("POST", "{}{}", 400)]
    public async Task A_route_without_a_body_takes_none_or_an_empty_object(string method, string body, int status)
    {
        await using GatewayHost host = await GatewayHost.StartAsync(ArrangeAll);

        host.Grains.Admin.Answer("ShowReencryptionAsync", new ReencryptionView { State = ReencryptionState.Idle, ReencryptedCount = 0, RemainingCount = 0 });
        host.Grains.Admin.Answer("StartReencryptionAsync", new ReencryptionView { State = ReencryptionState.Idle, ReencryptedCount = 0, RemainingCount = 0 });

        Answer answer = await host.SendAsync(method, "/api/v1/identity/reencrypt", body, AllToken);

        Assert.Equal(status, answer.Status);
    }

    [Fact]
    public async Task A_line_with_a_member_that_is_not_known_is_refused_and_the_others_go_on()
    {
        await using GatewayHost host = await GatewayHost.StartAsync(grains => grains.Register("s1"));

        Answer answer = await host.OperateAsync("POST", "/api/v1/commands", """
            {"server_id":"s1","command_name":"START","delay":"2s"}
            {"server_id":"s1","command_name":"STOP"}
            """);

        string[] lines = answer.Body.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains("\\u0022delay\\u0022 is no member here", lines[0].Replace("\\\"", "\\u0022", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal("STOP", Assert.Single(host.Grains.Servers["s1"].Enqueued).Name);
    }

    [Theory]
    [InlineData("/api/v1/sources/s1/history?state=dead_lettered", "state")]
    [InlineData("/api/v1/sources/s1/history?limit=1&limit=2", "limit")]
    [InlineData("/api/v1/sources/s1/settings?x=1", "x")]
    [InlineData("/api/v1/audit?subject=web-1", "subject")]
    [InlineData("/api/v1/users?Name=ada", "Name")]
    public async Task A_name_of_the_query_that_is_not_known_or_there_twice_is_refused_by_name(string path, string name)
    {
        await using GatewayHost host = await GatewayHost.StartAsync(Arrange);

        Answer answer = (await host.SendAsync("GET", path, token: TokenFor(path))).IsProblem(400, "invalid_argument", transient: false);

        Assert.Contains($"\"{name}\"", answer.Json.GetProperty("detail").GetString()!.Replace("\\u0022", "\"", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    public async Task A_body_of_another_media_type_is_415(string? contentType)
    {
        await using GatewayHost host = await GatewayHost.StartAsync(grains => grains.Register("s1"));

        (await host.SendAsync("POST", Commands, """{"command_name":"START"}""", FakeIdentity.OperatorToken, contentType))
            .IsProblem(415, "invalid_argument", transient: false);

        Assert.Empty(host.Grains.Servers["s1"].Enqueued);
    }

    [Theory]
    [InlineData("cross-site", 403)]
    [InlineData("same-site", 403)]
    [InlineData("same-origin", 200)]
    [InlineData("none", 200)]
    public async Task A_page_of_another_site_changes_nothing(string site, int status)
    {
        await using GatewayHost host = await GatewayHost.StartAsync(grains => grains.Register("s1"));

        Answer answer = await host.OperateAsync("PUT", "/api/v1/sources/s1/settings", "{}", ("Sec-Fetch-Site", site));

        Assert.Equal(status, answer.Status);
    }

    [Theory]
    [InlineData("GET", "/V3/sources/s1/command")]
    [InlineData("GET", "/v3/sources/s1/COMMAND")]
    [InlineData("GET", "/v3/Sources")]
    [InlineData("POST", "/v3/sources/Delete/command")]
    public async Task A_path_counts_in_its_own_case_only(string method, string path)
    {
        await using GatewayHost host = await GatewayHost.StartAsync(grains => grains.Register("s1"));

        Answer answer = await host.SendAsync(method, path);

        Assert.NotEqual(200, answer.Status);
        Assert.Empty(host.Grains.Servers["s1"].Calls);
    }

    [Theory]
    [InlineData("Delete")]
    [InlineData("DELETE")]
    [InlineData("Overview")]
    [InlineData("COMMAND")]
    public async Task An_id_that_looks_like_a_route_in_another_case_is_an_id(string id)
    {
        await using GatewayHost host = await GatewayHost.StartAsync(grains => grains.Register(id));

        Assert.Equal(200, (await host.OperateAsync("GET", $"/v3/sources/{id}")).Status);
        Assert.Equal(200, (await host.SendAsync("GET", $"/v3/sources/{id}/command")).Status);
    }

    [Theory]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("delete")]
    [InlineData("overview")]
    public async Task An_id_that_no_path_can_name_is_not_registered(string id)
    {
        await using GatewayHost host = await GatewayHost.StartAsync();

        (await host.OperateAsync("POST", "/v3/sources", $$"""{"id":"{{id}}","name":"n","os_type":"LINUX"}""")).IsVendorError(400, "SMS.9001");
    }

    [Fact]
    public async Task The_overview_counts_source_servers_by_the_vendors_states()
    {
        await using GatewayHost host = await GatewayHost.StartAsync(grains => grains.Register("s1"));

        Answer answer = (await host.OperateAsync("GET", "/v3/sources/overview")).IsStamped();

        Assert.Equal(200, answer.Status);
        Assert.Equal(14, answer.Json.EnumerateObject().Count());
    }

    private static void Arrange(FakeGrains grains)
    {
        grains.Register("s1");
        grains.Identity.AddToken(AdminToken, grains.Identity.AddPrincipal("ada", Roles.Admin));
    }

    private static void ArrangeAll(FakeGrains grains)
    {
        grains.Register("s1");
        grains.Identity.AddToken(AllToken, grains.Identity.AddPrincipal("ida", Roles.Agent | Roles.Operator | Roles.Admin | Roles.Auditor));
    }

    private static string TokenFor(string path) =>
        path.StartsWith("/api/v1/sources", StringComparison.Ordinal) ? FakeIdentity.OperatorToken : AdminToken;
}
