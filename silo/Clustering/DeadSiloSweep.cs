using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Orleans.Runtime;

namespace CommandBroker.Silo.Clustering;

/// <summary>
/// Lets a silo join although silos that died are still listed as living. Orleans makes a joiner wait until every listed silo has answered
/// a probe, so after all of them were killed the first one back would wait for the dead until it gives up. While this silo joins, it asks
/// each of the listed ones by TCP: where the connection is refused nothing runs any more, and the row is marked dead at once. Where the
/// connection is not refused but the other has not written that it lives for a while (a machine that is gone, a process that is stopped),
/// it is marked dead as well; that while is measured by this silo's own clock, so that no two clocks need agree.
/// </summary>
/// <remarks>
/// A wrong verdict costs a restart of the silo that was judged, and no command: the store accepts a write only over the version the writer
/// has read. Once this silo has joined, Orleans' own votes decide and this ends.
/// </remarks>
internal sealed class DeadSiloSweep(IMembershipTable table, ILocalSiloDetails self, ILogger<DeadSiloSweep> log) : ILifecycleParticipant<ISiloLifecycle>
{
    // Silos write every two seconds that they live (ClusterSetup), and as soon as they can after a fault of the database (SteadyMembershipTable).
    private static readonly TimeSpan SilentAfter = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromMilliseconds(500);

    private readonly CancellationTokenSource _joined = new();
    private readonly Dictionary<SiloAddress, (DateTime Written, long SeenAt)> _watched = [];
    private Task _sweeping = Task.CompletedTask;

    public void Participate(ISiloLifecycle lifecycle)
    {
        // After the database is open and before Orleans reads the table.
        lifecycle.Subscribe(nameof(DeadSiloSweep), ServiceLifecycleStage.RuntimeInitialize, StartAsync, _ => EndAsync());
        lifecycle.Subscribe(nameof(DeadSiloSweep), ServiceLifecycleStage.Active, _ => EndAsync());
    }

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        await table.InitializeMembershipTableAsync(true, cancellationToken);
        await SweepAsync(cancellationToken);
        _sweeping = RepeatAsync(_joined.Token);
    }

    private Task EndAsync()
    {
        _joined.Cancel();
        return _sweeping;
    }

    private async Task RepeatAsync(CancellationToken joined)
    {
        using var timer = new PeriodicTimer(Interval);
        try
        {
            while (await timer.WaitForNextTickAsync(joined))
            {
                await SweepAsync(joined);
            }
        }
        catch (OperationCanceledException) when (joined.IsCancellationRequested)
        {
            // This silo has joined, or stops.
        }
    }

    private async Task SweepAsync(CancellationToken cancellationToken)
    {
        try
        {
            MembershipTableData listed = await table.ReadAllAsync(cancellationToken);
            (MembershipEntry Entry, string? Why)[] verdicts = await Task.WhenAll(listed.Members
                .Select(member => member.Item1)
                .Where(entry => entry.Status != SiloStatus.Dead && !entry.SiloAddress.Equals(self.SiloAddress))
                .Select(entry => IsSucceeded(entry, listed)
                    ? Task.FromResult<(MembershipEntry, string?)>((entry, "its place is taken by a later start"))
                    : JudgeAsync(entry, cancellationToken)));
            foreach ((MembershipEntry entry, string? why) in verdicts)
            {
                if (why is not null)
                {
                    await DeclareDeadAsync(entry.SiloAddress, why, cancellationToken);
                }
            }
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            // The border of a helper: Orleans reads the same table next and decides whether a fault stops the start.
            _watched.Clear();
            log.SweepFailed(fault);
        }
    }

    // When all were killed and all are started again, each finds the others' ports open: by their later starts.
    private bool IsSucceeded(MembershipEntry entry, MembershipTableData listed) =>
        entry.SiloAddress.Endpoint.Equals(self.SiloAddress.Endpoint)
        || listed.Members.Any(other => other.Item1.SiloAddress.Endpoint.Equals(entry.SiloAddress.Endpoint)
            && other.Item1.SiloAddress.Generation > entry.SiloAddress.Generation);

    private async Task<(MembershipEntry Entry, string? Why)> JudgeAsync(MembershipEntry entry, CancellationToken cancellationToken)
    {
        if (await IsRefusedAsync(entry.SiloAddress.Endpoint, cancellationToken))
        {
            return (entry, "its port is closed");
        }

        lock (_watched)
        {
            if (!_watched.TryGetValue(entry.SiloAddress, out (DateTime Written, long SeenAt) last) || last.Written != entry.IAmAliveTime)
            {
                _watched[entry.SiloAddress] = (entry.IAmAliveTime, Stopwatch.GetTimestamp());
                return (entry, null);
            }

            return (entry, Stopwatch.GetElapsedTime(last.SeenAt) < SilentAfter ? null : $"has not written that it lives for {SilentAfter.TotalSeconds} s");
        }
    }

    private static async Task<bool> IsRefusedAsync(IPEndPoint endpoint, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(ConnectTimeout);
        using var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(endpoint, limit.Token);
            return false;
        }
        catch (SocketException fault)
        {
            return fault.SocketErrorCode == SocketError.ConnectionRefused;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    // Read anew for each: every write makes a new version of the table, and a write over an old one is refused.
    private async Task DeclareDeadAsync(SiloAddress silo, string why, CancellationToken cancellationToken)
    {
        MembershipTableData listed = await table.ReadAllAsync(cancellationToken);
        if (listed.TryGet(silo) is not { } row || row.Item1.Status == SiloStatus.Dead)
        {
            return;
        }

        MembershipEntry entry = row.Item1;
        string status = entry.Status.ToString();
        entry.Status = SiloStatus.Dead;
        if (await table.UpdateRowAsync(entry, row.Item2, listed.Version.Next(), cancellationToken))
        {
            log.DeadSiloSwept(silo.ToString(), status, why);
        }
    }
}
