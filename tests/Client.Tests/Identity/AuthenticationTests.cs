using System.Net;
using System.Text.Json;
using CommandBroker.Client.Http;
using CommandBroker.Contracts;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace CommandBroker.Client.Tests.Identity;

public sealed class AuthenticationTests
{
    private static readonly PasswordCredential Ada = new() { User = "ada", Password = "correct horse", Domain = "north", ProjectName = "team" };

    private readonly FakeTimeProvider _time = new(Samples.Noon);
    private readonly List<HttpRequestMessage> _sent = [];
    private readonly List<string> _signIns = [];
    private Func<HttpRequestMessage, HttpStatusCode> _answer = _ => HttpStatusCode.OK;

    [Fact]
    public async Task A_token_is_sent_as_it_is_with_the_project()
    {
        using HttpClient http = Client(new TokenCredential("t-0"), "p-1");

        await http.GetAsync("v3/sources");

        Assert.Equal(("t-0", "p-1"), (Header("X-Auth-Token"), Header("X-Project-Id")));
    }

    [Fact]
    public async Task A_key_signs_and_sends_no_token()
    {
        using HttpClient http = Client(new AccessKeyCredential("AK", "SK"));

        await http.GetAsync("v3/sources");

        Assert.StartsWith("SDK-HMAC-SHA256 Access=AK, ", Header("Authorization"), StringComparison.Ordinal);
        Assert.Equal("20260301T120000Z", Header("X-Sdk-Date"));
        Assert.Null(Header("X-Auth-Token"));
    }

    [Fact]
    public async Task A_user_signs_in_once_for_many_calls_and_again_before_the_token_ends()
    {
        using HttpClient http = Client(Ada);

        await http.GetAsync("v3/sources");
        await http.GetAsync("v3/sources");
        Assert.Equal("token-1", Header("X-Auth-Token"));
        Assert.Equal(
            """{"auth":{"identity":{"methods":["password"],"password":{"user":{"name":"ada","password":"correct horse","domain":{"name":"north"}}}},"scope":{"project":{"name":"team"}}}}""",
            Assert.Single(_signIns));

        _time.Advance(TimeSpan.FromHours(24) - TimeSpan.FromMinutes(1));
        await http.GetAsync("v3/sources");

        Assert.Equal("token-2", Header("X-Auth-Token"));
        Assert.Equal(2, _signIns.Count);
    }

    [Fact]
    public async Task A_token_that_is_refused_is_renewed_and_the_request_sent_again_once()
    {
        _answer = request => request.Headers.GetValues("X-Auth-Token").Single() == "token-1" ? HttpStatusCode.Unauthorized : HttpStatusCode.OK;
        using HttpClient http = Client(Ada);

        HttpResponseMessage response = await http.PostAsync("v3/sources", new ByteArrayContent([1, 2]));

        Assert.Equal((HttpStatusCode.OK, 2, "token-2"), (response.StatusCode, _signIns.Count, Header("X-Auth-Token")));

        _answer = _ => HttpStatusCode.Unauthorized;
        Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync("v3/sources")).StatusCode);
        Assert.Equal(3, _signIns.Count);
    }

    [Fact]
    public async Task Calls_that_come_together_share_one_sign_in()
    {
        using HttpClient http = Client(Ada);

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => http.GetAsync("v3/sources")));

        Assert.Single(_signIns);
    }

    [Theory]
    [InlineData(HttpStatusCode.Unauthorized, BrokerErrorReason.Unauthorized, "The username or password is wrong.")]
    [InlineData(HttpStatusCode.TooManyRequests, BrokerErrorReason.Throttled, "The username or password is wrong.")]
    [InlineData(HttpStatusCode.NotFound, BrokerErrorReason.Unauthorized, "This broker issues no tokens: its embedded IAM is switched off.")]
    public async Task A_sign_in_that_is_refused_says_what_IAM_says(HttpStatusCode status, BrokerErrorReason reason, string message)
    {
        var stub = new StubHandler(_ => StubHandler.Text(
            status, $$$"""{"error":{"code":{{{(int)status}}},"message":"The username or password is wrong.","title":"T"} }"""));
        using HttpClient http = new(new BrokerAuthenticationHandler(Ada, inner: stub)) { BaseAddress = new Uri("http://broker.test/") };

        BrokerException fault = await Assert.ThrowsAsync<BrokerException>(() => new HttpIdentityClient(http, Samples.FastRetry).ListDomainsAsync());

        Assert.Equal((reason, message), (fault.Reason, fault.Message));
    }

    [Theory]
    [InlineData(HttpStatusCode.Unauthorized, 1)]
    [InlineData(HttpStatusCode.TooManyRequests, 10)]
    [InlineData(HttpStatusCode.ServiceUnavailable, 10)]
    public async Task A_sign_in_that_is_refused_is_not_repeated_within_a_minute(HttpStatusCode status, int expected)
    {
        var stub = new StubHandler(_ => StubHandler.Text(status, """{"error":{"code":1,"message":"The username or password is wrong.","title":"T"} }"""));
        using HttpClient http = new(new BrokerAuthenticationHandler(Ada, inner: stub, time: _time)) { BaseAddress = new Uri("http://broker.test/") };
        for (int number = 0; number < 10; number++)
        {
            BrokerException fault = await Assert.ThrowsAsync<BrokerException>(() => http.GetAsync("v3/sources"));
            Assert.Equal("The username or password is wrong.", fault.Message);
        }

        Assert.Equal(expected, stub.Requests.Count);
        _time.Advance(TimeSpan.FromMinutes(1));
        await Assert.ThrowsAsync<BrokerException>(() => http.GetAsync("v3/sources"));
        Assert.Equal(expected + 1, stub.Requests.Count);
    }

    [Fact]
    public async Task Something_that_issues_no_tokens_is_recognised()
    {
        var stub = new StubHandler(_ => StubHandler.Text(HttpStatusCode.OK, "<html>", "text/html"));

        BrokerException fault = await Assert.ThrowsAsync<BrokerException>(() => new TokenService(stub.Client).SignInAsync(Ada));

        Assert.Contains("is the address right?", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Revoking_a_token_that_counts_no_more_is_done_already()
    {
        var stub = new StubHandler(_ => StubHandler.Text(HttpStatusCode.Unauthorized, """{"error":{"code":401,"message":"m","title":"t"}}"""));

        await new TokenService(stub.Client).RevokeAsync("t");

        Assert.Equal(("DELETE", "/v3/auth/tokens"), (stub.Requests[0].Method, stub.Requests[0].Path));
    }

    private HttpClient Client(BrokerCredential credential, string? projectId = null) =>
        new(new BrokerAuthenticationHandler(credential, projectId, new Wire(this), _time)) { BaseAddress = new Uri("http://broker.test/") };

    private string? Header(string name) => _sent[^1].Headers.TryGetValues(name, out IEnumerable<string>? values) ? values.Single() : null;

    private sealed class Wire(AuthenticationTests test) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.RequestUri!.AbsolutePath != "/v3/auth/tokens")
            {
                test._sent.Add(request);
                return new HttpResponseMessage(test._answer(request));
            }

            test._signIns.Add(await request.Content!.ReadAsStringAsync(cancellationToken));
            string ends = JsonSerializer.Serialize(test._time.GetUtcNow().AddHours(24));
            HttpResponseMessage response = StubHandler.Text(
                HttpStatusCode.Created, $$"""{"token":{"project":{"id":"p","name":"team"},"user":{"name":"ada"},"expires_at":{{ends}} } }""");
            response.Headers.Add("X-Subject-Token", $"token-{test._signIns.Count}");
            return response;
        }
    }
}
