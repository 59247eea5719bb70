using CommandBroker.Contracts.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace CommandBroker.Gateway.Tests.ExternalIam;

/// <summary>A gateway in front of a stub: source server <c>s1</c> exists in projects p1 and p2 and in the default one.</summary>
internal static class ExternalGateway
{
    public const string Poll = "/v3/sources/s1/command";
    public const string AccessKey = "AKTEST0000000000000A";
    public const string Secret = "sktest-secret-0000000000000000000000000000";

    public static Task<GatewayHost> StartAsync(StubKeystone keystone, FakeTimeProvider? clock = null, params (string Name, string? Value)[] settings) => StartAsync(
        clock,
        [
            ("Identity:Mode", "keystone"),
            ("Identity:Keystone:Url", keystone.Uri.ToString()),
            ("Identity:Keystone:User", "broker"),
            ("Identity:Keystone:Password", StubKeystone.Password),
            .. settings,
        ]);

    /// <summary>The same, and everything that it logs is kept.</summary>
    public static Task<GatewayHost> StartLoggedAsync(StubKeystone keystone, RecordingLoggerProvider log, params (string Name, string? Value)[] settings) => StartAsync(
        clock: null,
        [
            ("Identity:Mode", "keystone"),
            ("Identity:Keystone:Url", keystone.Uri.ToString()),
            ("Identity:Keystone:User", "broker"),
            ("Identity:Keystone:Password", StubKeystone.Password),
            .. settings,
        ],
        log);

    public static Task<GatewayHost> StartAsync(StubOidc provider, FakeTimeProvider? clock = null, params (string Name, string? Value)[] settings) => StartAsync(
        clock,
        [
            ("Identity:Mode", "oidc"),
            ("Identity:Oidc:Issuer", provider.Name),
            ("Identity:Oidc:Audience", StubOidc.Audience),
            .. settings,
        ]);

    private static Task<GatewayHost> StartAsync(FakeTimeProvider? clock, (string Name, string? Value)[] settings, RecordingLoggerProvider? log = null) => GatewayHost.StartAsync(
        grains =>
        {
            foreach (string key in (string[])["s1", "p1/s1", "p2/s1", "d1/s1"])
            {
                grains.Register(key);
            }

            grains.Identity.AddKey(AccessKey, Secret, grains.Identity.AddPrincipal("signer", Roles.Operator));
        },
        // A later setting stands for an earlier one of its name. Nothing is tried again by itself: the fake clock would have to move for that.
        new[] { ("Identity:External:RetryCount", (string?)"0") }.Concat(settings).GroupBy(pair => pair.Item1).ToDictionary(group => group.Key, group => group.Last().Item2),
        services: services =>
        {
            _ = clock is null ? services : services.AddSingleton<TimeProvider>(clock);
            _ = log is null ? services : services.AddSingleton<ILoggerProvider>(log);
        });

    /// <summary>Polls with a token.</summary>
    public static async Task<Answer> PollAsync(this GatewayHost host, string token, int expected = 200, string path = Poll)
    {
        Answer answer = await host.SendAsync("GET", path, token: token);
        Assert.True(answer.Status == expected, $"{answer.Status} instead of {expected}: {answer.Body}");
        return answer;
    }

    /// <summary>Refused as in any mode: same status, same body, whatever was wrong.</summary>
    public static Answer IsNotValid(this Answer answer)
    {
        answer.IsVendorError(401, "APIGW.0301");
        Assert.Equal("Incorrect IAM authentication information: X-Auth-Token is not valid.", answer.Json.GetProperty("error_msg").GetString());
        return answer;
    }

    /// <summary>Neither admitted nor refused.</summary>
    public static Answer IsUnavailable(this Answer answer) => answer.IsVendorError(503, "SMS.6301");

    /// <summary>Waits until a condition holds; the caller has seen to it that it will.</summary>
    public static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var deadline = new CancellationTokenSource(GatewayHost.Deadline);
        while (!await holds())
        {
            deadline.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
