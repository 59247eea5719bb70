using System.Text;
using System.Text.Json;
using CommandBroker.Identity.Signatures;

namespace CommandBroker.Identity.Tests.Signatures;

/// <summary>The recorded requests of <c>Vectors/</c>.</summary>
internal static class CapturedRequest
{
    public static IEnumerable<TestRequest> All() => [.. ReadLines("signed-requests.jsonl"), .. ReadLines("signed-requests-2.jsonl")];

    public static IEnumerable<TestRequest> ByNode() => ReadLines("signed-by-node.jsonl");

    public static (TestRequest Request, string CanonicalHash) KnownAnswer()
    {
        JsonElement json = JsonDocument.Parse(File.ReadAllText(PathOf("known-answer.json"))).RootElement;
        string authorization =
            $"SDK-HMAC-SHA256 Access={Text(json, "access_key")}, SignedHeaders={Text(json, "signed_headers")}, Signature={Text(json, "signature")}";
        return (Read(json) with { Authorization = authorization }, Text(json, "canonical_hash"));
    }

    public static DateTimeOffset SignedAt(TestRequest request)
    {
        Assert.True(SdkDate.TryParse(request.Headers.Single(header => header.Name == "X-Sdk-Date").Value, out DateTimeOffset signedAt));
        return signedAt;
    }

    private static IEnumerable<TestRequest> ReadLines(string file) =>
        File.ReadLines(PathOf(file)).Select(line => Read(JsonDocument.Parse(line).RootElement));

    private static TestRequest Read(JsonElement json)
    {
        List<RequestHeader> headers = [.. json.GetProperty("headers").EnumerateArray().Select(pair => new RequestHeader(pair[0].GetString()!, pair[1].GetString()!))];
        return new TestRequest
        {
            Method = Text(json, "method"),
            Target = Text(json, "target"),
            Headers = [.. headers.Where(header => header.Name != "Authorization")],
            Body = Encoding.UTF8.GetBytes(Text(json, "body")),
            Secret = Text(json, "secret_key"),
            Authorization = headers.SingleOrDefault(header => header.Name == "Authorization").Value ?? "",
        };
    }

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString()!;

    private static string PathOf(string file) => Path.Combine(AppContext.BaseDirectory, "Vectors", file);
}
