using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using CommandBroker.Client.Wire;
using CommandBroker.Contracts;

namespace CommandBroker.Client.Http;

/// <summary>Sends one request at a time and answers with a record or a <see cref="BrokerException"/>.</summary>
internal sealed class HttpBrokerConnection(HttpClient http, CallRetrier retrier)
{
    public CallRetrier Retrier => retrier;

    public static string SourcePath(string family, string serverId, string rest = "") =>
        $"{family}/sources/{Uri.EscapeDataString(ServerIdText.Check(serverId))}{rest}";

    /// <summary>A body of JSON.</summary>
    public static Func<HttpContent> Json<T>(T record, JsonTypeInfo<T> type) => () =>
        new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(record, type))
        {
            Headers = { ContentType = new MediaTypeHeaderValue("application/json") },
        };

    /// <summary>Calls, with repetitions.</summary>
    public Task<T> CallAsync<T>(
        HttpMethod method, string path, JsonTypeInfo<T> answer, CancellationToken cancellationToken, Func<HttpContent>? body = null, string? key = null)
        where T : class =>
        retrier.RunAsync(cancel => CallOnceAsync(method, path, answer, cancel, body, key), cancellationToken);

    /// <summary>Calls without a repetition, as what makes something without a key needs it.</summary>
    public async Task<T> CallOnceAsync<T>(
        HttpMethod method, string path, JsonTypeInfo<T> answer, CancellationToken cancellationToken, Func<HttpContent>? body = null, string? key = null)
        where T : class
    {
        using HttpResponseMessage response = await SendAsync(method, path, body?.Invoke(), key, cancellationToken);
        return await ReadAsync(response, answer, cancellationToken);
    }

    /// <summary>Deletes, with repetitions; what is gone at a repetition was deleted by the attempt whose answer was lost.</summary>
    /// <param name="path">What to delete.</param>
    /// <param name="gone">The reason that says it is not there.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public Task DeleteAsync(string path, BrokerErrorReason gone, CancellationToken cancellationToken)
    {
        int attempt = 0;
        return retrier.RunAsync(
            async cancel =>
            {
                attempt++;
                try
                {
                    using HttpResponseMessage response = await SendAsync(HttpMethod.Delete, path, body: null, key: null, cancel);
                    return true;
                }
                catch (BrokerException fault) when (attempt > 1 && fault.Reason == gone)
                {
                    return true;
                }
            },
            cancellationToken);
    }

    /// <summary>Sends once; what is not a success is thrown.</summary>
    public async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, HttpContent? body, string? key, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = body };
        if (key is not null && !request.Headers.TryAddWithoutValidation("Idempotency-Key", key))
        {
            throw new BrokerException(BrokerErrorReason.InvalidArgument, "The idempotency key has a character that is not allowed.");
        }

        return await GuardAsync(
            async () =>
            {
                HttpResponseMessage response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
                if (response.IsSuccessStatusCode)
                {
                    return response;
                }

                using (response)
                {
                    throw await HttpFault.ReadAsync(response, cancellationToken);
                }
            },
            cancellationToken);
    }

    /// <summary>Runs something that reads from the network.</summary>
    public async Task<T> GuardAsync<T>(Func<Task<T>> read, CancellationToken cancellationToken)
    {
        try
        {
            return await read();
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException
            || (fault is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw HttpFault.Unreachable(http.BaseAddress, fault);
        }
        catch (JsonException fault)
        {
            throw new BrokerException(
                BrokerErrorReason.Internal,
                $"What answers at {http.BaseAddress?.GetLeftPart(UriPartial.Authority)} does not speak as a CommandBroker does; is the address right?",
                fault);
        }
    }

    private Task<T> ReadAsync<T>(HttpResponseMessage response, JsonTypeInfo<T> answer, CancellationToken cancellationToken)
        where T : class =>
        GuardAsync(
            async () =>
            {
                await using Stream body = await response.Content.ReadAsStreamAsync(cancellationToken);
                return await JsonSerializer.DeserializeAsync(body, answer, cancellationToken) ?? throw new JsonException("null");
            },
            cancellationToken);
}
