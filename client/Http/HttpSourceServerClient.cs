using System.Net.Http.Headers;
using System.Text;
using CommandBroker.Client.Wire;
using CommandBroker.Contracts;

namespace CommandBroker.Client.Http;

/// <summary>The directory of source servers over HTTP.</summary>
public sealed class HttpSourceServerClient : ISourceServerClient
{
    private readonly HttpBrokerConnection _connection;

    /// <summary>Makes one; the parameters are those of <see cref="HttpCommandBrokerClient"/>.</summary>
    public HttpSourceServerClient(HttpClient http, RetryOptions? retry = null, TimeProvider? time = null) =>
        _connection = new HttpBrokerConnection(
            http, new CallRetrier(retry ?? new RetryOptions(), time ?? TimeProvider.System, Random.Shared.NextDouble));

    /// <inheritdoc/>
    public async Task<string> RegisterAsync(RegisterCall call, CancellationToken cancellationToken = default)
    {
        byte[] body = Encoding.UTF8.GetBytes((call with { ServerId = call.ServerId ?? Guid.CreateVersion7().ToString() }).ToRegisterBody());
        RegisterAnswer answer = await _connection.CallAsync(
            HttpMethod.Post,
            "v3/sources",
            WireJson.Default.RegisterAnswer,
            cancellationToken,
            () => new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } });
        return answer.Id;
    }

    /// <inheritdoc/>
    public async Task<SourceServerView?> ShowAsync(string serverId, CancellationToken cancellationToken = default)
    {
        try
        {
            return (await _connection.CallAsync(HttpMethod.Get, Path(serverId), WireJson.Default.SourceServerRecord, cancellationToken)).ToView();
        }
        catch (BrokerException fault) when (fault.Reason == BrokerErrorReason.UnknownSourceServer)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public async Task<SourceServerListView> ListAsync(SourceServerQuery query, CancellationToken cancellationToken = default)
    {
        string state = query.Quarantined switch
        {
            null => "",
            true => $"&state={SourceServerRecord.ErrorState}",
            false => $"&state={SourceServerRecord.WaitingState}",
        };
        string name = query.NameContains is { } part ? $"&name={Uri.EscapeDataString(part)}" : "";
        SourceServerListRecord answer = await _connection.CallAsync(
            HttpMethod.Get,
            FormattableString.Invariant($"v3/sources?limit={query.Limit}&offset={query.Offset}{state}{name}"),
            WireJson.Default.SourceServerListRecord,
            cancellationToken);
        return new SourceServerListView { Servers = [.. answer.SourceServers.Select(SourceServerMap.ToView)], TotalCount = answer.Count };
    }

    /// <inheritdoc/>
    public Task RenameAsync(string serverId, string name, CancellationToken cancellationToken = default) => ChangeAsync(
        HttpMethod.Put, serverId, HttpBrokerConnection.Json(new RenameRequest { Name = name }, WireJson.Default.RenameRequest), cancellationToken);

    /// <inheritdoc/>
    public Task DeleteAsync(string serverId, CancellationToken cancellationToken = default) =>
        _connection.DeleteAsync(Path(serverId), BrokerErrorReason.UnknownSourceServer, cancellationToken);

    private Task ChangeAsync(HttpMethod method, string serverId, Func<HttpContent> body, CancellationToken cancellationToken) =>
        _connection.Retrier.RunAsync(
            async cancel =>
            {
                using HttpResponseMessage response = await _connection.SendAsync(method, Path(serverId), body(), key: null, cancel);
                return true;
            },
            cancellationToken);

    private static string Path(string serverId) => HttpBrokerConnection.SourcePath("v3", serverId);
}
