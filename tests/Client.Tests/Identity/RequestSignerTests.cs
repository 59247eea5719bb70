using System.Net.Http.Headers;
using CommandBroker.Client.Http;
using Xunit;

namespace CommandBroker.Client.Tests.Identity;

public sealed class RequestSignerTests
{
    private static readonly DateTimeOffset Signed = new(2019, 11, 15, 3, 36, 55, TimeSpan.Zero);
    private static readonly AccessKeyCredential Key = new("AK", "MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc");

    [Fact]
    public async Task The_vendors_own_example_gets_the_vendors_own_signature()
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Get,
            "https://service.region.example.com/v1/77b6a44cba5143ab91d13ab9a8ff44fd/vpcs?limit=2&marker=13551d6b-755d-4757-b956-536f674975c0")
        {
            Content = new ByteArrayContent([]) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
        };

        await RequestSigner.SignAsync(request, Key, Signed, default);

        Assert.Equal("20191115T033655Z", Header(request, "X-Sdk-Date"));
        Assert.Equal(
            "SDK-HMAC-SHA256 Access=AK, SignedHeaders=content-type;host;x-sdk-date,"
            + " Signature=7be6668032f70418fcc22abc52071e57aff61b84a1d2381bb430d6870f4f6ebe",
            Header(request, "Authorization"));
    }

    [Fact]
    public async Task Signing_again_replaces_what_was_there()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://127.0.0.1:8080/v3/sources");
        await RequestSigner.SignAsync(request, Key, Signed, default);
        string first = Header(request, "Authorization");

        await RequestSigner.SignAsync(request, Key, Signed.AddHours(1), default);
        Assert.NotEqual(first, Header(request, "Authorization"));
        Assert.Equal("20191115T043655Z", Header(request, "X-Sdk-Date"));

        await RequestSigner.SignAsync(request, Key, Signed, default);
        Assert.Equal(first, Header(request, "Authorization"));
    }

    [Fact]
    public async Task A_call_that_changes_something_never_has_the_same_signature_twice()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "http://127.0.0.1:8080/v3/sources");
        await RequestSigner.SignAsync(request, Key, Signed, default);
        string first = Header(request, "Authorization");

        await RequestSigner.SignAsync(request, Key, Signed, default);

        Assert.NotEqual(first, Header(request, "Authorization"));
    }

    [Fact]
    public async Task What_says_who_and_where_is_signed_with_the_host_as_it_is_sent()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "http://127.0.0.1:8080/v3/sources/s/command_result");
        request.Headers.Add("X-Project-Id", "p");
        request.Headers.Add("X-Command-Id", "7");
        request.Headers.Add("User-Agent", "cbroker");

        await RequestSigner.SignAsync(request, Key with { SecurityToken = "session" }, Signed, default);

        Assert.Equal("127.0.0.1:8080", request.Headers.Host);
        Assert.Equal("session", Header(request, "X-Security-Token"));
        Assert.Contains("SignedHeaders=host;x-command-id;x-project-id;x-request-nonce;x-sdk-date;x-security-token,", Header(request, "Authorization"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/", "/")]
    [InlineData("/v3/sources", "/v3/sources/")]
    [InlineData("/v3/sources/", "/v3/sources/")]
    [InlineData("/a//b", "/a//b/")]
    [InlineData("/a%2Fb/c%2fd", "/a%2Fb/c%2Fd/")]
    [InlineData("/a+b/~c/(d)", "/a%2Bb/~c/%28d%29/")]
    [InlineData("/s%C3%A4", "/s%C3%A4/")]
    public void A_path_is_decoded_and_encoded_again_segment_by_segment(string path, string canonical) =>
        Assert.Equal(canonical, RequestSigner.CanonicalPath(path));

    [Theory]
    [InlineData("", "")]
    [InlineData("?b=2&a=1", "a=1&b=2")]
    [InlineData("?a=2&a=10", "a=10&a=2")]
    [InlineData("?a", "a=")]
    [InlineData("?q=x%20y%2Bz&q2=%C3%A4", "q=x%20y%2Bz&q2=%C3%A4")]
    public void A_query_is_encoded_again_and_sorted(string query, string canonical) =>
        Assert.Equal(canonical, RequestSigner.CanonicalQuery(query));

    [Fact]
    public void A_credential_does_not_write_its_secret()
    {
        Assert.Equal("AccessKeyCredential", Key.ToString());
        Assert.Equal("TokenCredential", new TokenCredential("secret").ToString());
        Assert.Equal("PasswordCredential", new PasswordCredential { User = "ada", Password = "secret" }.ToString());
    }

    private static string Header(HttpRequestMessage request, string name) => request.Headers.GetValues(name).Single();
}
