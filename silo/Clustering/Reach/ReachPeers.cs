using Orleans.Runtime;
using Orleans.Runtime.Services;

namespace CommandBroker.Silo.Clustering.Reach;

/// <inheritdoc/>
internal sealed class ReachPeers(IServiceProvider services, IClusterMembershipService membership, ILocalSiloDetails self, ReachTimes times, TimeProvider clock)
    : GrainServiceClient<IReachService>(services), IReachPeers
{
    public IReadOnlyList<SiloAddress> Active =>
        [.. membership.CurrentSnapshot.Members.Values
            .Where(member => member.Status == SiloStatus.Active && !member.SiloAddress.Equals(self.SiloAddress))
            .Select(member => member.SiloAddress)];

    public async Task<TimeSpan?> AskAsync(SiloAddress silo, TimeSpan longestPause)
    {
        TimeSpan? answeredFor = null;
        await TryAsync(silo, async service => answeredFor = await service.GetAnsweredForAsync(longestPause));
        return answeredFor;
    }

    public Task<bool> AskToDeclareDeadAsync(SiloAddress silo) => TryAsync(silo, service => service.DeclareDeadAsync(self.SiloAddress).AsTask());

    private async Task<bool> TryAsync(SiloAddress silo, Func<IReachService, Task> question)
    {
        try
        {
            await question(GetGrainService(silo)).WaitAsync(times.PeerTimeout, clock);
            return true;
        }
#pragma warning disable CA1031 // whatever it is (gone, slow, of a release that does not know the question), it is no answer, and must not hide another silo's
        catch (Exception)
#pragma warning restore CA1031
        {
            return false;
        }
    }
}
