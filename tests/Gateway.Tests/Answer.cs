using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit;

namespace CommandBroker.Gateway.Tests;

/// <summary>What came back.</summary>
internal sealed class Answer
{
    public Answer(HttpResponseMessage response, string body)
    {
        Status = (int)response.StatusCode;
        Headers = response.Headers;
        ContentHeaders = response.Content.Headers;
        Body = body;
    }

    public int Status { get; }

    public HttpResponseHeaders Headers { get; }

    public HttpContentHeaders ContentHeaders { get; }

    public string Body { get; }

    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    public string? Header(string name) => Headers.TryGetValues(name, out IEnumerable<string>? values) ? string.Join(", ", values) : null;

    /// <summary>The headers that every answer of the vendor's family carries.</summary>
    public Answer IsStamped()
    {
        Assert.Equal("application/json", ContentHeaders.ContentType?.ToString());
        Assert.Equal("no-store", Header("Cache-Control"));
        Assert.Matches(new Regex("^[0-9a-f]{32}$"), Header("X-Request-Id"));
        Assert.Null(Header("Server"));
        Assert.NotNull(ContentHeaders.ContentLength);
        return this;
    }

    /// <summary>An error of the vendor's family: exactly two members, five on a 403.</summary>
    public Answer IsVendorError(int status, string code)
    {
        Assert.Equal(code, Json.GetProperty("error_code").GetString());
        Assert.Equal(status, Status);
        Assert.InRange(Json.GetProperty("error_msg").GetString()!.Length, 1, 1_024);
        Assert.Equal(status == 403 ? 5 : 2, Json.EnumerateObject().Count());
        // A 401 for a locked key says when the lock ends; no other 401 is helped by waiting.
        bool isLocked = status == 401 && Body.Contains("try again in", StringComparison.Ordinal);
        Assert.Equal(status is 429 or 503 || isLocked, Header("Retry-After") is not null);
        return IsStamped();
    }

    /// <summary>A problem of the management family.</summary>
    public Answer IsProblem(int status, string reason, bool transient = false)
    {
        Assert.Equal(status, Status);
        Assert.Equal("application/problem+json", ContentHeaders.ContentType?.ToString());
        Assert.Equal(status, Json.GetProperty("status").GetInt32());
        Assert.Equal(reason, Json.GetProperty("reason").GetString());
        Assert.Equal(transient, Json.GetProperty("transient").GetBoolean());
        Assert.Equal(transient, Header("Retry-After") is not null);
        return this;
    }
}
