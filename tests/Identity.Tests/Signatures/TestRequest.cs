using System.Security.Cryptography;
using System.Text;
using CommandBroker.Identity.Signatures;

namespace CommandBroker.Identity.Tests.Signatures;

/// <summary>A request on the wire. Equality isn't needed; a changed one is made with <c>with</c>.</summary>
internal sealed record TestRequest
{
    public static readonly DateTimeOffset SignedAt = new(2026, 11, 23, 8, 47, 17, TimeSpan.Zero);

    public string Method { get; init; } = "GET";

    public string Target { get; init; } = "/v3/sources/s-1/command";

    /// <summary>Without Authorization.</summary>
    public IReadOnlyList<RequestHeader> Headers { get; init; } =
        [new("Host", "127.0.0.1:8080"), new("X-Sdk-Date", SdkDate.Write(SignedAt)), new("X-Domain-Id", "d-1")];

    public byte[] Body { get; init; } = [];

    public string Secret { get; init; } = "secret";

    public string Authorization { get; init; } = "";

    /// <summary>Signed over all its headers, unless others are named.</summary>
    public TestRequest Sign(string? signedHeaders = null, string? payload = null)
    {
        signedHeaders ??= string.Join(';', Headers.Select(header => header.Name.ToLowerInvariant()).Order(StringComparer.Ordinal));
        return this with { Authorization = TestSigner.Authorize(this, signedHeaders, TestSigner.Path(Target), TestSigner.Query(Target), payload) };
    }

    public TestRequest With(string name, string value) =>
        this with { Headers = [.. Headers.Select(header => header.Name == name ? new RequestHeader(name, value) : header)] };

    public TestRequest Plus(string name, string value) => this with { Headers = [.. Headers, new RequestHeader(name, value)] };

    public TestRequest Without(string name) => this with { Headers = [.. Headers.Where(header => header.Name != name)] };

    public SignatureOutcome Verify(DateTimeOffset? now = null, SignatureOptions? options = null, string? secret = null, bool isBodyRead = true)
    {
        RequestHeader[] headers = [.. Headers, new("Authorization", Authorization)];
        var request = new SignedRequest
        {
            Method = Method,
            Target = Target,
            Headers = headers,
            BodyHash = isBodyRead ? SHA256.HashData(Body) : default,
        };
        return AuthorizationHeader.TryParse(Authorization, out AuthorizationHeader authorization, out SignatureStatus fault)
            ? SignatureVerifier.Verify(request, authorization, Encoding.UTF8.GetBytes(secret ?? Secret), now ?? SignedAt, options ?? new SignatureOptions())
            : new SignatureOutcome(fault);
    }

    public SignatureStatus VerifyUnknownKey()
    {
        RequestHeader[] headers = [.. Headers];
        var request = new SignedRequest { Method = Method, Target = Target, Headers = headers, BodyHash = SHA256.HashData(Body) };
        Assert.True(AuthorizationHeader.TryParse(Authorization, out AuthorizationHeader authorization, out _));
        return SignatureVerifier.VerifyUnknownKey(request, authorization, SignedAt, new SignatureOptions()).Status;
    }
}
