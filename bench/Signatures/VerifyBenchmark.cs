using System.Security.Cryptography;
using System.Text;
using BenchmarkDotNet.Attributes;
using CommandBroker.Identity.Signatures;

namespace CommandBroker.SignatureBench;

/// <summary>What a signed request costs before anything is done for it. The requests are those an official SDK (Python) sends.</summary>
[MemoryDiagnoser]
public class VerifyBenchmark
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 8, 47, 17, TimeSpan.Zero);

    private static readonly RequestHeader[] PollHeaders = MakeHeaders(
        "dom0000000000000000000000000001",
        "SDK-HMAC-SHA256 Access=AKTEST0000000000000A, SignedHeaders=content-type;host;user-agent;x-domain-id;x-sdk-date, Signature=4b996ad8e9326005f4321febb31268fd2c516d7cdb73f2fdec5da9df52b66d74");

    private static readonly RequestHeader[] ReportHeaders = MakeHeaders(
        "dom1",
        "SDK-HMAC-SHA256 Access=AKTEST0000000000000A, SignedHeaders=content-type;host;user-agent;x-domain-id;x-sdk-date, Signature=2193d481876dd9b70c228b112ba466e5a586d00a353ff8dc23bd6097bf724112");

    private static readonly byte[] Report = """{"command_name": "START", "result": "success", "result_detail": {"msg": "xxx"}}"""u8.ToArray();

    private readonly byte[] _secret = Encoding.UTF8.GetBytes("sktest-secret-0000000000000000000000000000");
    private readonly SignatureOptions _options = new();

    [GlobalSetup]
    public void Check()
    {
        if (!Poll() || !PostReport() || Forged() || UnknownKey())
        {
            throw new InvalidOperationException("A benchmark of wrong answers says nothing.");
        }
    }

    [Benchmark(Baseline = true)]
    public bool Poll() => Verify("GET", "/v3/sources/ok/command", PollHeaders, SignedRequest.EmptyBodyHash, _secret);

    [Benchmark]
    public bool PostReport()
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Report, hash);
        return Verify("POST", "/v3/sources/ok/command_result", ReportHeaders, hash, _secret);
    }

    [Benchmark]
    public bool Forged() => Verify("GET", "/v3/sources/no/command", PollHeaders, SignedRequest.EmptyBodyHash, _secret);

    [Benchmark]
    public bool UnknownKey() => Verify("GET", "/v3/sources/no/command", PollHeaders, SignedRequest.EmptyBodyHash, default);

    /// <summary>What can't be saved: two hashes of texts of this size, without anything around them.</summary>
    [Benchmark]
    public bool HashesAlone()
    {
        Span<byte> canonical = stackalloc byte[512], hash = stackalloc byte[32], mac = stackalloc byte[32];
        SHA256.HashData(canonical, hash);
        HMACSHA256.HashData(_secret, canonical[..97], mac);
        return CryptographicOperations.FixedTimeEquals(hash, mac);
    }

    private bool Verify(string method, string target, RequestHeader[] headers, ReadOnlySpan<byte> bodyHash, byte[]? secret)
    {
        var request = new SignedRequest { Method = method, Target = target, Headers = headers, BodyHash = bodyHash };
        request.Find("Authorization", out ReadOnlySpan<char> value);
        if (!AuthorizationHeader.TryParse(value, out AuthorizationHeader authorization, out _))
        {
            return false;
        }

        return secret is null
            ? SignatureVerifier.VerifyUnknownKey(request, authorization, Now, _options).IsValid
            : SignatureVerifier.Verify(request, authorization, secret, Now, _options).IsValid;
    }

    private static RequestHeader[] MakeHeaders(string domain, string authorization) =>
    [
        new("Accept", "*/*"),
        new("Connection", "keep-alive"),
        new("Host", "127.0.0.1:18080"),
        new("User-Agent", "huaweicloud-usdk-python/3.0; os/Linux##1_SMP_PREEMPT_DYNAMIC_@0#x86_64 python/3.11.2 impl/CPython; app/575e1598-c5be-4c64-8ee0-720a70bdef23"),
        new("Accept-Encoding", "gzip, deflate"),
        new("Authorization", authorization),
        new("Content-Type", "application/json"),
        new("X-Domain-Id", domain),
        new("X-Sdk-Date", "20261123T084717Z"),
    ];
}
