using CommandBroker.Gateway.ExternalIam;
using CommandBroker.Gateway.Identity;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace CommandBroker.Gateway.Tests.ExternalIam;

/// <summary>How often a Keystone is asked, and what counts while it is not, or cannot be.</summary>
public sealed class KeystoneCacheTests
{
    [Fact]
    public async Task Valid_token_is_asked_about_once_in_the_caches_lifetime_and_what_was_revoked_there_is_refused_after_it()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using StubKeystone keystone = await new StubKeystone { Clock = clock }.StartAsync();
        await using GatewayHost host = await StartAsync(keystone, clock);
        await host.PollAsync("t");
        clock.Advance(TimeSpan.FromSeconds(59));
        await host.PollAsync("t");
        Assert.Equal(1, keystone.Validations);
        clock.Advance(TimeSpan.FromSeconds(1));
        await host.PollAsync("t");
        Assert.Equal(2, keystone.Validations);

        Assert.True(keystone.Tokens.TryRemove("t", out _));
        await host.PollAsync("t");
        clock.Advance(TimeSpan.FromSeconds(60));
        (await host.PollAsync("t", 401)).IsNotValid();
        Assert.Equal(3, keystone.Validations);
    }

    [Fact]
    public async Task Unknown_token_is_asked_about_once_in_its_lifetime()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using StubKeystone keystone = await new StubKeystone { Clock = clock }.StartAsync();
        await using GatewayHost host = await StartAsync(keystone, clock);
        (await host.PollAsync("new", 401)).IsNotValid();
        keystone.Tokens["new"] = new StubToken(clock.GetUtcNow().AddHours(1), "agent");
        (await host.PollAsync("new", 401)).IsNotValid();
        Assert.Equal(1, keystone.Validations);
        clock.Advance(TimeSpan.FromSeconds(5));
        await host.PollAsync("new");
        Assert.Equal(2, keystone.Validations);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Token_never_counts_past_its_end_and_is_then_refused_without_asking(bool isDown)
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using StubKeystone keystone = await new StubKeystone { Clock = clock }.StartAsync();
        await using GatewayHost host = await StartAsync(keystone, clock, ("Identity:External:CacheLifetime", "00:05:00"));
        keystone.Tokens["short"] = new StubToken(clock.GetUtcNow().AddSeconds(30), "agent");
        await host.PollAsync("short");
        keystone.IsDown = isDown;
        clock.Advance(TimeSpan.FromSeconds(29));
        await host.PollAsync("short");
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Contains("expired", (await host.PollAsync("short", 401)).Body, StringComparison.Ordinal);
        Assert.Equal(1, keystone.Validations);
    }

    [Fact]
    public async Task While_the_keystone_is_gone_what_it_found_valid_counts_on_for_its_bound_and_the_rest_is_neither_admitted_nor_refused()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using StubKeystone keystone = await new StubKeystone { Clock = clock }.StartAsync();
        await using GatewayHost host = await StartAsync(keystone, clock);
        keystone.Tokens["soon"] = new StubToken(clock.GetUtcNow().AddMinutes(3), "agent");
        await host.PollAsync("t");
        await host.PollAsync("soon");
        keystone.IsDown = true;
        (await host.PollAsync("other", 503)).IsUnavailable();
        (await host.SendAsync("GET", "/api/v1/sources/s1/commands", token: "other")).IsProblem(503, "unreachable", transient: true);

        // One minute of the cache and five of the bound.
        clock.Advance(TimeSpan.FromMinutes(3));
        await host.PollAsync("t");
        await host.PollAsync("soon", 401);
        clock.Advance(TimeSpan.FromMinutes(3) - TimeSpan.FromMilliseconds(1));
        await host.PollAsync("t");
        clock.Advance(TimeSpan.FromMilliseconds(1));
        (await host.PollAsync("t", 503)).IsUnavailable();

        keystone.IsDown = false;
        await UntilAnswersAsync(host, clock, "t");
    }

    [Fact]
    public async Task What_counts_on_is_served_without_asking_for_five_seconds_at_a_time()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using StubKeystone keystone = await new StubKeystone { Clock = clock }.StartAsync();
        await using GatewayHost host = await StartAsync(keystone, clock);
        await host.PollAsync("t");
        int asked = 0;
        keystone.InFront = context =>
        {
            Interlocked.Increment(ref asked);
            context.Response.StatusCode = 502;
            return Task.FromResult(true);
        };
        clock.Advance(TimeSpan.FromSeconds(60));
        for (int poll = 0; poll < 10; poll++)
        {
            await host.PollAsync("t");
        }

        Assert.Equal(1, asked);
        clock.Advance(TimeSpan.FromSeconds(5));
        await host.PollAsync("t");
        Assert.Equal(2, asked);
    }

    [Fact]
    public async Task Many_who_send_one_token_at_a_time_ask_once()
    {
        await using StubKeystone keystone = await new StubKeystone().StartAsync();
        await using GatewayHost host = await StartAsync(keystone);
        var gate = new TaskCompletionSource();
        var arrived = new TaskCompletionSource();
        keystone.InFront = async context =>
        {
            if (HttpMethods.IsGet(context.Request.Method))
            {
                arrived.TrySetResult();
                await gate.Task;
            }

            return false;
        };
        Task<Proof>[] all = [.. Enumerable.Range(0, 50).Select(_ => host.Services.GetRequiredService<ExternalTokens>().AskAsync("t", TokenHash.Of("t"), default))];
        Task<Answer> poll = host.PollAsync("t");
        await arrived.Task;
        gate.SetResult();
        Assert.All(await Task.WhenAll(all), proof => Assert.NotNull(proof.Known));
        await poll;
        Assert.Equal(1, keystone.Validations);
    }

    [Fact]
    public async Task Random_tokens_neither_fill_memory_nor_wear_out_the_keystone_and_known_callers_do_not_notice()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using StubKeystone keystone = await new StubKeystone { Clock = clock }.StartAsync();
        await using GatewayHost host = await StartAsync(
            keystone, clock, ("Identity:MaxTokenFailuresPerMinute", "60"), ("Identity:MaxCachedUnknown", "16"), ("Identity:MaxCachedCredentials", "16"));
        await host.PollAsync("t");
        int before = keystone.Validations;
        for (int number = 0; number < 60; number++)
        {
            (await host.PollAsync($"made-up-{number}", 401)).IsNotValid();
        }

        for (int number = 0; number < 200; number++)
        {
            Answer throttled = (await host.PollAsync($"more-{number}", 429)).IsVendorError(429, "APIGW.0308");
            Assert.Equal("1", throttled.Header("Retry-After"));
        }

        ExternalTokens tokens = host.Services.GetRequiredService<ExternalTokens>();
        Assert.InRange(tokens.RefusedCount, 1, 16);
        Assert.Equal(60, keystone.Validations - before);
        await host.PollAsync("t");
        clock.Advance(TimeSpan.FromSeconds(60));
        await host.PollAsync("t");

        for (int number = 0; number < 100; number++)
        {
            keystone.Tokens[$"real-{number}"] = new StubToken(clock.GetUtcNow().AddHours(1), "agent");
            await host.PollAsync($"real-{number}");
            Assert.InRange(tokens.KnownCount, 1, 16);
        }
    }

    [Fact]
    public async Task Keystone_that_fails_is_left_alone_for_a_while_and_asked_again_after_it()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using StubKeystone keystone = await new StubKeystone { Clock = clock }.StartAsync();
        await using GatewayHost host = await StartAsync(keystone, clock, ("Identity:External:BreakMinimumCalls", "4"), ("Identity:External:BreakDuration", "00:00:30"));
        await host.PollAsync("t");
        int failed = 0;
        keystone.InFront = context =>
        {
            Interlocked.Increment(ref failed);
            context.Response.StatusCode = 503;
            return Task.FromResult(true);
        };
        for (int number = 0; number < 20; number++)
        {
            (await host.PollAsync($"x{number}", 503)).IsUnavailable();
        }

        // Two good calls and two bad ones are half.
        Assert.Equal(2, failed);
        keystone.InFront = null;
        (await host.PollAsync("y", 503)).IsUnavailable();
        clock.Advance(TimeSpan.FromSeconds(30));
        (await host.PollAsync("y", 401)).IsNotValid();
    }

    [Fact]
    public async Task Call_that_failed_is_tried_again()
    {
        await using StubKeystone keystone = await new StubKeystone().StartAsync();
        await using GatewayHost host = await StartAsync(keystone, null, ("Identity:External:RetryCount", "1"));
        int asked = 0;
        keystone.InFront = context =>
        {
            bool fails = HttpMethods.IsGet(context.Request.Method) && Interlocked.Increment(ref asked) == 1;
            context.Response.StatusCode = fails ? 503 : 200;
            return Task.FromResult(fails);
        };
        await host.PollAsync("t");
        Assert.Equal(2, asked);
    }

    [Fact]
    public async Task Keystone_that_does_not_answer_is_waited_for_as_long_as_the_setting_says()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using StubKeystone keystone = await new StubKeystone { Clock = clock }.StartAsync();
        await using GatewayHost host = await StartAsync(keystone, clock);
        await host.PollAsync("t");
        var arrived = new TaskCompletionSource();
        var gate = new TaskCompletionSource();
        keystone.InFront = async _ =>
        {
            arrived.TrySetResult();
            await gate.Task;
            return false;
        };
        Task<Answer> poll = host.SendAsync("GET", ExternalGateway.Poll, token: "slow");
        await arrived.Task;
        clock.Advance(TimeSpan.FromMilliseconds(1_999));
        Assert.False(poll.IsCompleted);
        clock.Advance(TimeSpan.FromMilliseconds(1));
        (await poll).IsUnavailable();
        gate.SetResult();
    }

    [Theory]
    [InlineData(404, "<html>No backend</html>")]
    [InlineData(404, "{}")]
    [InlineData(200, "{}")]
    [InlineData(200, "[")]
    [InlineData(200, """{"token":{"user":{"id":"u"}}}""")]
    [InlineData(200, """{"token":{"user":"u","expires_at":"2099-01-01T00:00:00.000000Z"}}""")]
    [InlineData(302, "")]
    [InlineData(403, """{"error":{"code":403,"message":"no","title":"Forbidden"}}""")]
    [InlineData(429, """{"error":{"code":429,"message":"no","title":"Too Many Requests"}}""")]
    [InlineData(500, "")]
    public async Task Answer_that_says_nothing_of_the_token_neither_admits_nor_refuses(int status, string body)
    {
        await using StubKeystone keystone = await new StubKeystone().StartAsync();
        await using GatewayHost host = await StartAsync(keystone);
        keystone.InFront = async context =>
        {
            if (HttpMethods.IsPost(context.Request.Method))
            {
                return false;
            }

            context.Response.StatusCode = status;
            context.Response.Headers.Location = "/elsewhere";
            await context.Response.WriteAsync(body);
            return true;
        };
        (await host.PollAsync("t", 503)).IsUnavailable();
    }

    private static async Task<GatewayHost> StartAsync(StubKeystone keystone, FakeTimeProvider? clock = null, params (string Name, string? Value)[] settings)
    {
        keystone.Tokens["t"] = new StubToken(keystone.Clock.GetUtcNow().AddHours(2), "agent");
        GatewayHost host = await ExternalGateway.StartAsync(keystone, clock, [("Identity:MaxStaleness", "01:00:00"), .. settings]);
        await ExternalGateway.UntilAsync(async () => (await host.SendAsync("GET", "/readyz", token: null)).Status == 200);
        return host;
    }

    /// <summary>The pause after failed calls is over when the clock has moved on.</summary>
    private static Task UntilAnswersAsync(GatewayHost host, FakeTimeProvider clock, string token) => ExternalGateway.UntilAsync(async () =>
    {
        clock.Advance(TimeSpan.FromSeconds(1));
        return (await host.SendAsync("GET", ExternalGateway.Poll, token: token)).Status == 200;
    });
}
