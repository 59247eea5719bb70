using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using CommandBroker.Identity.Signatures;

namespace CommandBroker.Fuzz.Signatures;

/// <summary>
/// A whole request. The corpus has requests that are signed with <see cref="Secret"/>: what is made of them must never verify with another secret, and
/// with this one only if all that is signed still says the same.
/// </summary>
internal static class VerifierTarget
{
    private const string Secret = "sktest-secret-0000000000000000000000000000";

    private static readonly DateTimeOffset Now = new(2026, 11, 23, 8, 47, 20, TimeSpan.Zero);
    private static readonly SignatureOptions Options = new() { AllowUnsignedPayload = true };

    public static FuzzTarget Target { get; } = new(
        "verifier",
        [
            "\n", "\r\n", ": ", "?", "&", "=", "+", "/", "//", "%2F", "%2f", "%", "%25", "%C3%A9", "\u00e9", "a=1&a=2", "&&", ";", " ", "\t",
            "X-Sdk-Date: 20261123T084717Z\n", "X-Sdk-Content-Sha256: UNSIGNED-PAYLOAD\n", "X-Security-Token: t\n", "x-sdk-date", "host;", "SignedHeaders=", "Signature=",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", new string('&', 300), new string('\u6771', 600),
        ],
        Check);

    /// <summary>What each signature that exists was made for, the request's signed parts in plain words; and the signature of each.</summary>
    private static readonly ConcurrentDictionary<string, string> Signed = new(), Signatures = new();

    private static string Check(ReadOnlySpan<byte> input)
    {
        if (!FuzzRequest.TryRead(input, out FuzzRequest request))
        {
            return "NoRequest";
        }

        SignatureOutcome other = Verify(request, "another-secret");
        SignatureOutcome outcome = Verify(request, Secret);
        if (other.IsValid || (other.Status == SignatureStatus.Mismatch) != (outcome.Status is SignatureStatus.Mismatch or SignatureStatus.Valid))
        {
            throw new FuzzException($"With another secret {other.Status}, with the right one {outcome.Status}.");
        }

        if (outcome.IsValid && Signed.GetOrAdd(request.Signature, _ => request.Meaning) != request.Meaning)
        {
            throw new FuzzException($"The signature holds for two requests: {Signed[request.Signature]} and {request.Meaning}");
        }

        if (outcome.IsValid && Signatures.GetOrAdd(request.Meaning, _ => request.Signature) != request.Signature)
        {
            throw new FuzzException($"Two signatures hold for one request: {Signatures[request.Meaning]} and {request.Signature}");
        }

        return outcome.Status.ToString();
    }

    private static SignatureOutcome Verify(FuzzRequest request, string secret)
    {
        var signed = new SignedRequest
        {
            Method = request.Method,
            Target = request.Target,
            Headers = request.Headers,
            BodyHash = SHA256.HashData(request.Body),
        };
        return AuthorizationHeader.TryParse(request.Authorization, out AuthorizationHeader authorization, out SignatureStatus fault)
            ? SignatureVerifier.Verify(signed, authorization, Encoding.UTF8.GetBytes(secret), Now, Options)
            : new SignatureOutcome(fault);
    }
}
