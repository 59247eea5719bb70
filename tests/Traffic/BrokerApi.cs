using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using CommandBroker.History;

namespace CommandBroker.Traffic;

/// <summary>Plain HTTP, and an honest word about what is known afterwards. Never repeats a call by itself.</summary>
public sealed class BrokerApi(string agentToken, string operatorToken) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(2) }) { Timeout = TimeSpan.FromSeconds(8) };

    /// <summary>A call with the agents' token. It ends unknown when its client hangs up, which closes the connection.</summary>
    public Task<ApiAnswer> AsAgentAsync(
        BrokerEndpoint broker, HttpMethod method, string path, string? body = null, string? header = null, string? value = null, TimeSpan? hangUpAfter = null) =>
        SendAsync(broker, agentToken, method, path, body, header, value, hangUpAfter);

    /// <summary>A call with the operators' token.</summary>
    public Task<ApiAnswer> AsOperatorAsync(BrokerEndpoint broker, HttpMethod method, string path, string? body = null, string? header = null, string? value = null) =>
        SendAsync(broker, operatorToken, method, path, body, header, value);

    /// <summary>
    /// Completes when something listens. Asked after every fault, so that a request only leaves for a broker that can take it: the HTTP
    /// stack repeats a GET by itself when a kept connection broke, and a refused repetition would hide that the first one arrived.
    /// </summary>
    public static async Task WaitUntilItListensAsync(BrokerEndpoint broker, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                using var probe = new TcpClient();
                await probe.ConnectAsync(broker.Address.Host, broker.Address.Port, cancellationToken);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(20, cancellationToken);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<ApiAnswer> SendAsync(
        BrokerEndpoint broker, string token, HttpMethod method, string path, string? body, string? header, string? value, TimeSpan? hangUpAfter = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(broker.Address, path));
        request.Headers.Add("X-Auth-Token", token);
        if (header is not null)
        {
            request.Headers.Add(header, value);
        }

        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        }

        try
        {
            using var hangUp = new CancellationTokenSource(hangUpAfter ?? Timeout.InfiniteTimeSpan);
            using HttpResponseMessage answer = await _http.SendAsync(request, hangUp.Token);
            byte[] bytes = await answer.Content.ReadAsByteArrayAsync();
            JsonElement json = bytes.Length == 0 ? default : JsonElement.Parse(bytes);
            int status = (int)answer.StatusCode;
            EntryKind outcome = status is >= 200 and < 300 ? EntryKind.Ok : status is >= 400 and < 500 and not 408 ? EntryKind.Fail : EntryKind.Info;
            return new ApiAnswer(outcome, outcome == EntryKind.Ok ? $"{status}" : $"{status} {json}", json, answer.Headers, status);
        }
        catch (HttpRequestException fault) when (fault.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused } && body is not null)
        {
            return new ApiAnswer(EntryKind.Fail, "connection refused", default, null, null);
        }
        catch (Exception fault) when (fault is HttpRequestException or TaskCanceledException or IOException or JsonException)
        {
            return new ApiAnswer(EntryKind.Info, $"{fault.GetType().Name}: {fault.Message}", default, null, null);
        }
    }
}
