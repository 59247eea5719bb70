using CommandBroker.Contracts.Identity;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;
using Reach = CommandBroker.Gateway.Tests.IsolationMatrix.Reach;
using Row = CommandBroker.Gateway.Tests.IsolationMatrix.Row;

namespace CommandBroker.Gateway.Tests;

/// <summary>Every route, every role, every kind of source server; what is expected follows from the row and the role alone.</summary>
public sealed class IsolationTests
{
    private const string Own = "srv-own", Foreign = "srv-foreign", Unknown = "srv-none", Beside = "srv-beside";

    private static readonly (string Token, Roles Roles, string? Bound)[] Callers =
    [
        ("none", Roles.None, null),
        ("agent", Roles.Agent, null),
        ("operator", Roles.Operator, null),
        ("auditor", Roles.Auditor, null),
        ("admin", Roles.Admin, null),
        ("all", Roles.Agent | Roles.Operator | Roles.Auditor | Roles.Admin, null),
        ("bound", Roles.Agent | Roles.Operator | Roles.Auditor | Roles.Admin, Own),
    ];

    public static TheoryData<string, string> Rows
    {
        get
        {
            var rows = new TheoryData<string, string>();
            foreach (Row row in IsolationMatrix.Rows)
            {
                rows.Add(row.Method, row.Pattern);
            }

            return rows;
        }
    }

    [Fact]
    public async Task Every_route_and_method_has_a_row_and_every_row_a_route()
    {
        await using GatewayHost host = await StartAsync();
        var found = new SortedSet<string>(StringComparer.Ordinal);
        foreach (RouteEndpoint route in host.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>())
        {
            string pattern = "/" + route.RoutePattern.RawText!.Trim('/');
            if (pattern.Contains("**", StringComparison.Ordinal))
            {
                continue;
            }

            // Routes are mapped without methods: each says in its 405 which it takes.
            Answer refused = await host.SendAsync("PROPFIND", PathOf(pattern, Own), token: "all");
            Assert.Equal(405, refused.Status);
            found.UnionWith(refused.ContentHeaders.Allow.Select(method => $"{method} {pattern}"));
        }

        Assert.Equal(IsolationMatrix.Rows.Select(row => $"{row.Method} {row.Pattern}").Order(StringComparer.Ordinal), found);
    }

    // What a caller that is bound to one source server may not do, whatever its roles.
    private const Permission OfWholeProject = Permission.ReadAudit | Permission.ReadIdentity | Permission.ManageIdentity;

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Route_lets_in_whom_its_row_says(string method, string pattern)
    {
        Row row = IsolationMatrix.Rows.Single(row => row.Method == method && row.Pattern == pattern);
        await using GatewayHost host = await StartAsync();
        Assert.Equal(row.Needed is null, (await SendAsync(host, row, Own, token: null)).Status != 401);
        Assert.Equal(row.Needed is null, (await SendAsync(host, row, Own, token: "nobody")).Status != 401);
        foreach ((string token, Roles roles, string? bound) in Callers)
        {
            Permission allowed = RolePermissions.Of(roles) & (bound is null ? ~Permission.None : ~OfWholeProject);
            bool isAllowed = (allowed & (row.Needed ?? Permission.None)) == (row.Needed ?? Permission.None);
            foreach (string server in (string[])[Own, Foreign, Unknown, Beside])
            {
                Answer answer = await SendAsync(host, row, server, token);
                Assert.True(isAllowed == (answer.Status != 403), $"{token} {method} {pattern}: {answer.Status} {answer.Body}");
                if (!isAllowed)
                {
                    Assert.Contains(PermissionNames.Of(row.Needed!.Value), answer.Body, StringComparison.Ordinal);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Source_server_that_is_not_the_callers_is_as_one_that_does_not_exist_and_wakes_nothing(string method, string pattern)
    {
        Row row = IsolationMatrix.Rows.Single(row => row.Method == method && row.Pattern == pattern);
        await using GatewayHost host = await StartAsync();
        string unknown = Comparable(await SendAsync(host, row, Unknown, "all"), Unknown);
        foreach ((string token, string server) in ((string, string)[])
            [("all", Foreign), ("bound", Foreign), ("bound", Unknown), ("bound", Beside), ("all", Own), ("all", Beside), ("bound", Own)])
        {
            int woken = host.Grains.ReferenceCount;
            Answer answer = await SendAsync(host, row, server, token);
            bool isVisible = server == Own || (server == Beside && token == "all");
            switch (row.Reach)
            {
                case Reach.Path:
                    Assert.Equal(isVisible, answer.Status is 200 or 201);
                    Assert.Equal(isVisible, Comparable(answer, server) != unknown);
                    break;
                case Reach.Body when row.Method == "POST" && row.Pattern == "/api/v1/commands":
                    Assert.Equal(isVisible, !answer.Body.Contains("unknown_source_server", StringComparison.Ordinal));
                    break;
                case Reach.Claim:
                    Assert.Equal(server == Own || token == "all", answer.Status == 200);
                    break;
            }

            if (!isVisible)
            {
                Assert.Equal(woken, host.Grains.ReferenceCount);
                Assert.Empty(host.Grains.Servers[ForeignKey(host)].Calls);
            }
        }

        Assert.All(host.Grains.DirectoryGrain.Calls, call => Assert.DoesNotContain("/" + Foreign, call, StringComparison.Ordinal));
    }

    private static string ForeignKey(GatewayHost host) => host.Grains.Servers.Keys.Single(key => key.EndsWith("/" + Foreign, StringComparison.Ordinal));

    private static string Comparable(Answer answer, string server)
    {
        string requestId = answer.Header("X-Request-Id")!;
        return $"{answer.Status} {answer.Body.Replace(requestId, "", StringComparison.Ordinal).Replace(server, "", StringComparison.Ordinal)}";
    }

    /// <summary>A route's path, about a source server; what else it names does not exist.</summary>
    public static string PathOf(string pattern, string server) => pattern
        .Replace(IsolationMatrix.Server, server, StringComparison.Ordinal)
        .Replace("{command_id}", "17", StringComparison.Ordinal)
        .Replace("{id}", "0", StringComparison.Ordinal)
        .Replace("{access_key}", "0", StringComparison.Ordinal);

    private static Task<Answer> SendAsync(GatewayHost host, Row row, string server, string? token) => host.SendAsync(
        row.Method, PathOf(row.Pattern, server), row.Body?.Replace(IsolationMatrix.Server, server, StringComparison.Ordinal), token);

    private static Task<GatewayHost> StartAsync() => GatewayHost.StartAsync(
        grains =>
        {
            FakeIdentity fake = grains.Identity;
            foreach ((string token, Roles roles, string? bound) in Callers)
            {
                fake.AddToken(token, fake.AddPrincipal(token, roles, bound));
            }

            grains.Register(Own);
            grains.Register(Beside);
            grains.Register($"{fake.AddProject("theirs")}/{Foreign}");
        },
        settings: new() { ["Identity:SignInFreeFailures"] = "1000" });
}
