using System.Globalization;
using CommandBroker.Client.Wire;
using CommandBroker.Contracts;

namespace CommandBroker.Client.Http;

/// <summary>
/// The client over HTTP: works through a load balancer and needs a credential instead of a place in the cluster. In
/// <see cref="EnqueueManyAsync"/> line breaks between the tokens of a parameter become spaces, because a command is a line there.
/// </summary>
public sealed class HttpCommandBrokerClient : ICommandBrokerClient
{
    private readonly HttpBrokerConnection _connection;
    private readonly TimeProvider _time;

    /// <summary>Makes one.</summary>
    /// <param name="http">With the broker's base address (ending in a slash) and a <see cref="BrokerAuthenticationHandler"/>, or the header <c>X-Auth-Token</c>; stays the caller's to dispose.</param>
    /// <param name="retry">How calls are repeated; null means the defaults.</param>
    /// <param name="time">The clock of pauses; null means the system's.</param>
    public HttpCommandBrokerClient(HttpClient http, RetryOptions? retry = null, TimeProvider? time = null)
    {
        _time = time ?? TimeProvider.System;
        _connection = new HttpBrokerConnection(http, new CallRetrier(retry ?? new RetryOptions(), _time, Random.Shared.NextDouble));
    }

    /// <inheritdoc/>
    public async Task<EnqueueReply> EnqueueAsync(string serverId, EnqueueCall command, CancellationToken cancellationToken = default)
    {
        ParamCheck.Run(command.Param);
        EnqueueAnswer answer = await _connection.CallAsync(
            HttpMethod.Post,
            Path(serverId, "/commands"),
            WireJson.Default.EnqueueAnswer,
            cancellationToken,
            HttpBrokerConnection.Json(command.ToWire(), WireJson.Default.EnqueueBody),
            IdempotencyKey.Ensure(command).IdempotencyKey);
        return new EnqueueReply { Seq = CommandIdText.Parse(answer.CommandId), WasThere = answer.WasThere };
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<EnqueueItemOutcome> EnqueueManyAsync(IAsyncEnumerable<EnqueueItem> items, CancellationToken cancellationToken = default) =>
        EnqueuePump.RunAsync(items, (window, cancel) => new HttpEnqueueWindow(_connection, window).SendAsync(cancel), cancellationToken);

    /// <inheritdoc/>
    public async Task<CommandView?> ShowAsync(string serverId, long seq, CancellationToken cancellationToken = default)
    {
        try
        {
            return (await _connection.CallAsync(HttpMethod.Get, CommandPath(serverId, seq), WireJson.Default.CommandRecord, cancellationToken)).ToView();
        }
        catch (BrokerException fault) when (fault.Reason == BrokerErrorReason.UnknownCommand)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public Task<QueueView> ListAsync(string serverId, CancellationToken cancellationToken = default) =>
        QueuePager.ListAllAsync(this, serverId, cancellationToken);

    /// <inheritdoc/>
    public async Task<QueueView> ListPageAsync(
        string serverId, string? after = null, int limit = QueueView.MaxLimit, CancellationToken cancellationToken = default)
    {
        string query = string.Create(CultureInfo.InvariantCulture, $"/commands?limit={limit}") + (after is null ? "" : $"&after={Uri.EscapeDataString(after)}");
        return (await _connection.CallAsync(HttpMethod.Get, Path(serverId, query), WireJson.Default.QueueRecord, cancellationToken)).ToView();
    }

    /// <inheritdoc/>
    public async Task<HistoryPage> ReadHistoryAsync(
        string serverId, long? before = null, int limit = 100, CancellationToken cancellationToken = default)
    {
        string query = string.Create(CultureInfo.InvariantCulture, $"/history?limit={limit}") + (before is { } seq ? $"&before={CommandIdText.Format(seq)}" : "");
        return (await _connection.CallAsync(HttpMethod.Get, Path(serverId, query), WireJson.Default.HistoryRecord, cancellationToken)).ToView();
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<CommandView> WatchAsync(string serverId, TimeSpan? interval = null, CancellationToken cancellationToken = default) =>
        QueueWatcher.WatchAsync(this, serverId, interval, _time, cancellationToken);

    /// <inheritdoc/>
    public async Task<CommandView> CancelAsync(string serverId, long seq, string? reason = null, CancellationToken cancellationToken = default) =>
        (await _connection.CallAsync(
            HttpMethod.Post,
            CommandPath(serverId, seq, "/cancel"),
            WireJson.Default.CommandRecord,
            cancellationToken,
            HttpBrokerConnection.Json(new CancelRequest { Reason = reason }, WireJson.Default.CancelRequest))).ToView();

    /// <inheritdoc/>
    public async Task<CommandView> RedriveAsync(string serverId, long seq, CancellationToken cancellationToken = default) =>
        (await _connection.CallAsync(HttpMethod.Post, CommandPath(serverId, seq, "/redrive"), WireJson.Default.CommandRecord, cancellationToken)).ToView();

    /// <inheritdoc/>
    public async Task<SourceServerSettings> ReadSettingsAsync(string serverId, CancellationToken cancellationToken = default) =>
        (await _connection.CallAsync(HttpMethod.Get, Path(serverId, "/settings"), WireJson.Default.SettingsRecord, cancellationToken)).ToSettings();

    /// <inheritdoc/>
    public async Task ConfigureAsync(string serverId, SourceServerSettings settings, CancellationToken cancellationToken = default) =>
        await _connection.CallAsync(
            HttpMethod.Put,
            Path(serverId, "/settings"),
            WireJson.Default.SettingsRecord,
            cancellationToken,
            HttpBrokerConnection.Json(settings.ToWire(), WireJson.Default.SettingsRecord));

    private static string Path(string serverId, string rest) => HttpBrokerConnection.SourcePath("api/v1", serverId, rest);

    private static string CommandPath(string serverId, long seq, string verb = "") => Path(serverId, $"/commands/{CommandIdText.Format(seq)}{verb}");
}
