using CommandBroker.Contracts;
using CommandBroker.Core;

namespace CommandBroker.Client.Grains;

/// <summary>The directory of source servers inside the cluster, or beside it as an Orleans client.</summary>
public sealed class GrainSourceServerClient : ISourceServerClient
{
    private readonly IGrainFactory _grains;
    private readonly GrainCall _call;
    private readonly ProjectId _project;
    private readonly string? _principal;

    /// <summary>Makes one; the parameters are those of <see cref="GrainCommandBrokerClient"/>; without a principal the audit calls it unknown.</summary>
    public GrainSourceServerClient(IGrainFactory grains, RetryOptions? retry = null, TimeProvider? time = null, string? projectId = null, string? principal = null)
    {
        _principal = principal;
        _project = ProjectText.Check(projectId);
        _grains = grains;
        _call = new GrainCall(new CallRetrier(retry ?? new RetryOptions(), time ?? TimeProvider.System, Random.Shared.NextDouble));
    }

    private ISourceDirectoryGrain Directory => _grains.GetGrain<ISourceDirectoryGrain>(0);

    /// <inheritdoc/>
    public Task<string> RegisterAsync(RegisterCall call, CancellationToken cancellationToken = default)
    {
        RegisterCall named = call with
        {
            ServerId = call.ServerId ?? Guid.CreateVersion7().ToString(),
            ProjectId = _project.Value,
            Actor = _principal,
        };
        return _call.RunAsync(() => Directory.RegisterAsync(named), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<SourceServerView?> ShowAsync(string serverId, CancellationToken cancellationToken = default) =>
        _call.RunAsync(() => Directory.ShowAsync(ServerIdText.KeyOf(_project, serverId)), cancellationToken);

    /// <inheritdoc/>
    public Task<SourceServerListView> ListAsync(SourceServerQuery query, CancellationToken cancellationToken = default) =>
        _call.RunAsync(() => Directory.ListAsync(query with { ProjectId = _project.Value }), cancellationToken);

    /// <inheritdoc/>
    public Task RenameAsync(string serverId, string name, CancellationToken cancellationToken = default) =>
        _call.RunAsync(() => Directory.RenameAsync(ServerIdText.KeyOf(_project, serverId), name, _principal), cancellationToken);

    /// <inheritdoc/>
    public Task DeleteAsync(string serverId, CancellationToken cancellationToken = default)
    {
        int attempt = 0;
        return _call.RunAsync(
            async () =>
            {
                attempt++;
                try
                {
                    await _grains.GetGrain<ISourceServerGrain>(ServerIdText.KeyOf(_project, serverId)).DeleteAsync(_principal);
                }
                catch (BrokerException fault) when (attempt > 1 && fault.Reason == BrokerErrorReason.UnknownSourceServer)
                {
                    // The attempt whose answer was lost had deleted it.
                }
            },
            cancellationToken);
    }
}
