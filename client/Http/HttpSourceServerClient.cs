using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
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
        string? state = query.Quarantined switch
        {
            null => null,
            true => SourceServerRecord.ErrorState,
            false => SourceServerRecord.WaitingState,
        };
        (string Name, string? Value)[] members =
        [
            ("limit", query.Limit.ToString(CultureInfo.InvariantCulture)), ("offset", query.Offset.ToString(CultureInfo.InvariantCulture)),
            ("state", state), ("name", query.NameContains), ("id", query.ServerId),
            ("connected", query.Connected switch { null => null, true => "true", false => "false" }),
            .. RegisteredMembers(query.Members),
        ];
        SourceServerListRecord answer = await _connection.CallAsync(
            HttpMethod.Get, HttpQuery.Of("v3/sources", members), WireJson.Default.SourceServerListRecord, cancellationToken);
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

    // The API filters by few registered members, and has another name for one of them.
    private static IEnumerable<(string Name, string? Value)> RegisteredMembers(string? members)
    {
        if (members is null)
        {
            return [];
        }

        try
        {
            using JsonDocument wanted = JsonDocument.Parse(members);
            return [.. wanted.RootElement.EnumerateObject().Select(member => (NameOf(member.Name), member.Value.GetString()))];
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            throw new BrokerException(BrokerErrorReason.InvalidArgument, "Members is no JSON object of strings.", fault);
        }
    }

    private static string NameOf(string member) => member switch
    {
        "ip" or "ipv6" or "vm_id" or "migration_cycle" => member,
        "migprojectid" => "migproject",
        _ => throw new BrokerException(
            BrokerErrorReason.InvalidArgument,
            $"Members has \"{member}\"; over HTTP ip, ipv6, vm_id, migration_cycle and migprojectid are allowed."),
    };

    private static string Path(string serverId) => HttpBrokerConnection.SourcePath("v3", serverId);
}
