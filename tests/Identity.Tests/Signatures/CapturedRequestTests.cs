using System.Security.Cryptography;
using System.Text;
using CommandBroker.Identity.Signatures;

namespace CommandBroker.Identity.Tests.Signatures;

public sealed class CapturedRequestTests
{
    [Fact]
    public void Every_recorded_request_of_an_official_SDK_is_accepted_at_its_time()
    {
        List<TestRequest> requests = [.. CapturedRequest.All(), .. CapturedRequest.ByNode()];

        Assert.True(requests.Count > 20, $"There are {requests.Count}.");
        Assert.All(requests, request => Assert.Equal(SignatureStatus.Valid, request.Verify(CapturedRequest.SignedAt(request)).Status));
    }

    [Fact]
    public void Every_recorded_request_is_refused_with_another_secret()
    {
        Assert.All(CapturedRequest.All(), request =>
            Assert.Equal(SignatureStatus.Mismatch, request.Verify(CapturedRequest.SignedAt(request), secret: request.Secret[..^1] + "1").Status));
    }

    [Fact]
    public void The_vendor_s_example_is_accepted()
    {
        (TestRequest request, string canonicalHash) = CapturedRequest.KnownAnswer();
        AuthorizationHeader.TryParse(request.Authorization, out AuthorizationHeader authorization, out _);

        Assert.Equal(SignatureStatus.Valid, request.Verify(CapturedRequest.SignedAt(request)).Status);
        // The signature says which canonical request the verifier must have hashed.
        string toSign = $"SDK-HMAC-SHA256\n20191115T033655Z\n{canonicalHash}";
        Assert.Equal(
            authorization.Signature.ToString(),
            Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(request.Secret), Encoding.UTF8.GetBytes(toSign))));
    }

    [Fact]
    public void The_signer_of_these_tests_makes_the_vendor_s_example()
    {
        (TestRequest request, string canonicalHash) = CapturedRequest.KnownAnswer();
        const string Names = "content-type;host;x-sdk-date";
        string path = TestSigner.Path(request.Target), query = TestSigner.Query(request.Target);

        Assert.Equal(canonicalHash, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(TestSigner.Canonical(request, Names, path, query)))));
        Assert.EndsWith(TestSigner.Sign(request, Names, path, query), request.Authorization, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_change_of_one_byte_that_is_signed_is_refused()
    {
        TestRequest[] requests = [.. CapturedRequest.All(), CapturedRequest.KnownAnswer().Request];
        int[] changes = new int[requests.Length];
        Parallel.For(0, requests.Length, i =>
        {
            DateTimeOffset now = CapturedRequest.SignedAt(requests[i]);
            foreach ((string what, TestRequest changed) in OneByteChanges.Of(requests[i]))
            {
                Assert.False(changed.Verify(now).IsValid, what);
                changes[i]++;
            }
        });

        // Each of a few hundred signed bytes, in at least a hundred ways.
        Assert.All(changes, count => Assert.True(count > 10_000, $"{count} changes were tried."));
    }
}
