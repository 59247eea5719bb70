using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using CommandBroker.Client.Http;
using CommandBroker.Identity.Signatures;
using CsCheck;
using Xunit;

namespace CommandBroker.Client.Tests.Identity;

/// <summary>What this client signs, the broker's own check takes: over any path, query, header and body that the client can send.</summary>
public sealed class SignatureAgreementTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly string[] Methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];

    private static readonly Gen<string> Text = Gen.OneOf(
        Gen.Char["abzAZ09-_.~"].Array[0, 8].Select(letters => new string(letters)),
        Gen.Char[" +/%&=?#;:@!$'()*,[]\\\"<>^`{|}äß漢"].Array[0, 5].Select(letters => new string(letters)),
        Gen.Const("\U0001F600"));

    private static readonly Gen<string> Target =
        from segments in Text.Array[0, 5]
        from members in Gen.Select(Text, Text).Array[0, 4]
        select "/" + string.Join('/', segments.Select(Uri.EscapeDataString))
            + (members.Length == 0 ? "" : "?" + string.Join('&', members.Select(member => $"{Uri.EscapeDataString(member.Item1)}={Uri.EscapeDataString(member.Item2)}")));

    [Fact]
    public void What_the_client_signs_is_valid_and_what_was_changed_after_is_not() =>
        Gen.Select(Target, Gen.Int[0, 4].Select(index => Methods[index]), Gen.Byte.Array[0, 40], Gen.Bool).Sample(
            (target, method, body, isTemporary) =>
            {
                var key = new AccessKeyCredential("AK", "the-secret") { SecurityToken = isTemporary ? "session" : null };
                using HttpRequestMessage request = Request(target, method, body);
                RequestSigner.SignAsync(request, key, Now, default).GetAwaiter().GetResult();

                Assert.Equal(SignatureStatus.Valid, Verify(request, body));
                Assert.Equal(SignatureStatus.Mismatch, Verify(request, [.. body, 0]));
                Assert.Equal(SignatureStatus.Mismatch, Verify(request, body, "other-secret"));
            },
            iter: 5_000);

    private static HttpRequestMessage Request(string target, string method, byte[] body)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), "http://127.0.0.1:8080" + target);
        request.Headers.Add("X-Project-Id", "p-1");
        if (body.Length > 0)
        {
            request.Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        }

        return request;
    }

    private static SignatureStatus Verify(HttpRequestMessage request, byte[] body, string secret = "the-secret")
    {
        string authorization = request.Headers.GetValues("Authorization").Single();
        RequestHeader[] headers =
        [
            .. request.Headers.Concat(request.Content?.Headers ?? Enumerable.Empty<KeyValuePair<string, IEnumerable<string>>>())
                .Select(header => new RequestHeader(header.Key, string.Join(", ", header.Value))),
        ];
        var signed = new SignedRequest
        {
            Method = request.Method.Method, Target = request.RequestUri!.PathAndQuery, Headers = headers, BodyHash = SHA256.HashData(body),
        };
        Assert.True(AuthorizationHeader.TryParse(authorization, out AuthorizationHeader parsed, out SignatureStatus fault), $"{fault}: {authorization}");
        return SignatureVerifier.Verify(signed, parsed, Encoding.UTF8.GetBytes(secret), Now, new SignatureOptions()).Status;
    }
}
