using CommandBroker.Chaos.Cluster;
using CommandBroker.Traffic;

namespace CommandBroker.Chaos.Faults;

/// <summary>
/// Agents hang up behind the balancer while their poll is under way. First long before its answer, which the database delays: no command
/// may stay hidden for such a client, and leases are long enough to show it. Then about when the answer comes, before or after.
/// </summary>
internal sealed class HangUps : IFault
{
    private const int MinHangUpCount = 50;
    private const double Share = 0.7;

    // Each piece waits a quarter of its longest delay at least, and a lease takes one each way: no answer leaves within 400 ms.
    private static readonly ProxyFault Slow = new(MaxDelay: TimeSpan.FromMilliseconds(800));
    private static readonly TimeSpan SurelyBefore = TimeSpan.FromMilliseconds(350);
    private static readonly TimeSpan LongestBefore = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestAbout = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(45);
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(12);
    private static readonly TimeSpan ReleaseTimeout = TimeSpan.FromSeconds(15);

    private int _unseen;
    private (int Before, int About) _count;

    /// <inheritdoc/>
    public TimeSpan Hold => TimeSpan.Zero;

    /// <inheritdoc/>
    public async Task InjectAsync(Scene scene)
    {
        Clients clients = scene.Clients;
        await SetLeaseAsync(scene, $$"""{"visibility_timeout":"{{Lease.TotalSeconds:F0}}s"}""");
        TimeSpan startedAt = clients.Recorder.Elapsed;
        scene.Cluster.Disturb(Slow);
        clients.LetAgentsHangUp(Share, LongestBefore);
        while (clients.Recorder.Elapsed < startedAt + Long)
        {
            _unseen = Math.Max(_unseen, (await UnseenAsync(scene)).Length);
            await Task.Delay(200);
        }

        clients.LetAgentsHangUp(0, default);
        scene.Cluster.Disturb(null);
        _count.Before = clients.HangUps.Count;
        await CheckAsync(scene, startedAt);
        await SetLeaseAsync(scene, "{}");
        clients.LetAgentsHangUp(Share, LongestAbout);
        await Task.Delay(Long / 2);
        clients.LetAgentsHangUp(0, default);
        _count.About = clients.HangUps.Count - _count.Before;
    }

    /// <inheritdoc/>
    public Task<string?> ProveAsync(Scene scene) => Task.FromResult(_count.Before >= MinHangUpCount && _count.About >= MinHangUpCount && _unseen > 0
        ? $"{_count.Before} polls were left within {LongestBefore.TotalMilliseconds:F0} ms of a slow answer, up to {_unseen} leases at a time had no agent, none stayed; {_count.About} more were left within {LongestAbout.TotalMilliseconds:F0} ms" : null);

    /// <inheritdoc/>
    public async Task HealAsync(Scene scene)
    {
        scene.Clients.LetAgentsHangUp(0, default);
        scene.Cluster.Disturb(null);
        await SetLeaseAsync(scene, "{}");
    }

    private static async Task<StoredLease[]> UnseenAsync(Scene scene) => [.. (await StoredLease.ReadAsync(scene.Cluster.Database)).Where(lease => lease.IsUnseen(scene.Clients))];

    private static async Task SetLeaseAsync(Scene scene, string settings)
    {
        foreach (string server in scene.Clients.Servers)
        {
            ApiAnswer answer;
            do
            {
                answer = await scene.Clients.Api.AsOperatorAsync(scene.Cluster.Endpoint, HttpMethod.Put, $"/api/v1/sources/{server}/settings", settings);
            }
            while (answer.Outcome == History.EntryKind.Info);

            if (!answer.IsOk)
            {
                throw new InvalidOperationException($"The settings of {server} were refused: {answer.Note}");
            }
        }
    }

    private static async Task CheckAsync(Scene scene, TimeSpan startedAt)
    {
        // A busy machine may have let an agent hang up later than it meant to: that source server is not judged.
        HashSet<string> late = [.. scene.Clients.HangUps.Where(hangUp => hangUp.At > startedAt && hangUp.After > SurelyBefore).Select(hangUp => hangUp.Server)];
        TimeSpan deadline = scene.Clients.Recorder.Elapsed + ReleaseTimeout;
        StoredLease[] left;
        do
        {
            await Task.Delay(500);
            left = [.. (await UnseenAsync(scene)).Where(lease => !late.Contains(lease.Server))];
        }
        while (left.Length > 0 && scene.Clients.Recorder.Elapsed < deadline);

        if (left.Length > 0)
        {
            throw new InvalidOperationException($"{left.Length} commands stayed leased to agents that had hung up long before the answer, as {left[0].CommandId} of {left[0].Server}, delivery {left[0].DeliveryCount}.");
        }
    }
}
