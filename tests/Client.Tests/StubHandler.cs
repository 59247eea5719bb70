using System.Net;
using System.Text;

namespace CommandBroker.Client.Tests;

/// <summary>Answers requests without a network and keeps what was sent.</summary>
internal sealed class StubHandler(Func<StubRequest, HttpResponseMessage> answer) : HttpMessageHandler
{
    public List<StubRequest> Requests { get; } = [];

    public HttpClient Client => new(this) { BaseAddress = new Uri("http://broker.test/") };

    public static HttpResponseMessage Text(HttpStatusCode status, string text, string mediaType = "application/json") =>
        new(status) { Content = new StringContent(text, Encoding.UTF8, mediaType) };

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        string body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        string? key = request.Headers.TryGetValues("Idempotency-Key", out IEnumerable<string>? keys) ? keys.Single() : null;
        var sent = new StubRequest(Requests.Count + 1, request.Method.Method, request.RequestUri!.PathAndQuery, body, key);
        Requests.Add(sent);
        HttpResponseMessage response = answer(sent);
        response.RequestMessage = request;
        return response;
    }
}
