using CommandBroker.Contracts;
using CommandBroker.Core;

namespace CommandBroker.Client.Grains;

/// <summary>The client inside the cluster, or beside it as an Orleans client: one hop to the source server's grain.</summary>
public sealed class GrainCommandBrokerClient : ICommandBrokerClient
{
    /// <summary>Source servers that are called at the same time by one <see cref="EnqueueManyAsync"/>.</summary>
    private const int MaxConcurrentServers = 64;

    private readonly IGrainFactory _grains;
    private readonly GrainCall _call;
    private readonly string _principal;
    private readonly ProjectId _project;
    private readonly TimeProvider _time;

    /// <summary>Makes one.</summary>
    /// <param name="grains">A silo's factory or a connected cluster client.</param>
    /// <param name="principal">Who the history says made the changes.</param>
    /// <param name="retry">How calls are repeated; null means the defaults.</param>
    /// <param name="time">The clock of pauses; null means the system's.</param>
    /// <param name="projectId">The project whose source servers it sees; null means the default project.</param>
    /// <exception cref="BrokerException">InvalidArgument: the project id is none.</exception>
    public GrainCommandBrokerClient(
        IGrainFactory grains, string principal, RetryOptions? retry = null, TimeProvider? time = null, string? projectId = null)
    {
        _project = ProjectText.Check(projectId);
        _grains = grains;
        _principal = principal;
        _time = time ?? TimeProvider.System;
        _call = new GrainCall(new CallRetrier(retry ?? new RetryOptions(), _time, Random.Shared.NextDouble));
    }

    /// <inheritdoc/>
    public async Task<EnqueueReply> EnqueueAsync(string serverId, EnqueueCall command, CancellationToken cancellationToken = default)
    {
        EnqueueCall keyed = IdempotencyKey.Ensure(command);
        return await _call.RunAsync(
            async () =>
            {
                EnqueueReply reply = (await Grain(serverId).EnqueueAsync([keyed], _principal))[0];
                return reply.Error is { } reason ? throw new BrokerException(reason, reply.Message ?? reason.ToString()) : reply;
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<EnqueueItemOutcome> EnqueueManyAsync(IAsyncEnumerable<EnqueueItem> items, CancellationToken cancellationToken = default) =>
        EnqueuePump.RunAsync(items, SendWindowAsync, cancellationToken);

    /// <inheritdoc/>
    public Task<CommandView?> ShowAsync(string serverId, long seq, CancellationToken cancellationToken = default) =>
        _call.RunAsync(() => Grain(serverId).ShowAsync(seq), cancellationToken);

    /// <inheritdoc/>
    public Task<QueueView> ListAsync(string serverId, CancellationToken cancellationToken = default) =>
        QueuePager.ListAllAsync(this, serverId, cancellationToken);

    /// <inheritdoc/>
    public Task<QueueView> ListPageAsync(
        string serverId, string? after = null, int limit = QueueView.MaxLimit, CancellationToken cancellationToken = default) =>
        _call.RunAsync(() => _grains.GetGrain<ISourceServerGrain>(ServerIdText.KeyOf(_project, serverId)).ListAsync(after, limit), cancellationToken);

    /// <inheritdoc/>
    public Task<HistoryPage> ReadHistoryAsync(
        string serverId, long? before = null, int limit = 100, CancellationToken cancellationToken = default) =>
        _call.RunAsync(() => Grain(serverId).ReadHistoryAsync(before, limit), cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<CommandView> WatchAsync(string serverId, TimeSpan? interval = null, CancellationToken cancellationToken = default) =>
        QueueWatcher.WatchAsync(this, serverId, interval, _time, cancellationToken);

    /// <inheritdoc/>
    public Task<CommandView> CancelAsync(string serverId, long seq, string? reason = null, CancellationToken cancellationToken = default) =>
        _call.RunAsync(() => Grain(serverId).CancelAsync(seq, _principal, reason), cancellationToken);

    /// <inheritdoc/>
    public Task<CommandView> RedriveAsync(string serverId, long seq, CancellationToken cancellationToken = default) =>
        _call.RunAsync(() => Grain(serverId).RedriveAsync(seq, _principal), cancellationToken);

    /// <inheritdoc/>
    public Task<SourceServerSettings> ReadSettingsAsync(string serverId, CancellationToken cancellationToken = default) =>
        _call.RunAsync(() => Grain(serverId).ReadSettingsAsync(), cancellationToken);

    /// <inheritdoc/>
    public Task ConfigureAsync(string serverId, SourceServerSettings settings, CancellationToken cancellationToken = default) =>
        _call.RunAsync(() => Grain(serverId).ConfigureAsync(settings, _principal), cancellationToken);

    private async Task<EnqueueReply[]> SendWindowAsync(IReadOnlyList<EnqueueItem> window, CancellationToken cancellationToken)
    {
        var replies = new EnqueueReply[window.Count];
        await Parallel.ForEachAsync(
            Enumerable.Range(0, window.Count).GroupBy(i => window[i].ServerId, StringComparer.Ordinal),
            new ParallelOptions { MaxDegreeOfParallelism = MaxConcurrentServers, CancellationToken = cancellationToken },
            async (group, cancel) =>
            {
                int[] positions = [.. group];
                IReadOnlyList<EnqueueReply> answers = await SendGroupAsync(group.Key, [.. positions.Select(i => window[i].Command)], cancel);
                for (int i = 0; i < positions.Length; i++)
                {
                    replies[positions[i]] = answers[i];
                }
            });
        return Array.Find(replies, reply => reply.Error != BrokerErrorReason.Unreachable) is null
            ? throw new BrokerException(BrokerErrorReason.Unreachable, replies[0].Message ?? "The broker cannot be reached.")
            : replies;
    }

    private async Task<IReadOnlyList<EnqueueReply>> SendGroupAsync(string serverId, EnqueueCall[] calls, CancellationToken cancellationToken)
    {
        try
        {
            return await _call.RunAsync(() => Grain(serverId).EnqueueAsync([.. calls], _principal), cancellationToken);
        }
        catch (BrokerException fault)
        {
            // One source server's trouble is told for its own commands; the others go on.
            return [.. calls.Select(_ => new EnqueueReply { Error = fault.Reason, Message = fault.Message })];
        }
    }

    private ISourceServerGrain Grain(string serverId) => _grains.GetGrain<ISourceServerGrain>(ServerIdText.KeyOf(_project, serverId));
}
