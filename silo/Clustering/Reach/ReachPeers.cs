using Orleans.Runtime;
using Orleans.Runtime.Services;

namespace CommandBroker.Silo.Clustering.Reach;

/// <inheritdoc/>
internal sealed class ReachPeers(IServiceProvider services, IClusterMembershipService membership, ILocalSiloDetails self, TimeProvider clock)
    : GrainServiceClient<IReachService>(services), IReachPeers
{
    // They answer from memory.
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(1);

    public IReadOnlyList<SiloAddress> Active =>
        [.. membership.CurrentSnapshot.Members.Values
            .Where(member => member.Status == SiloStatus.Active && !member.SiloAddress.Equals(self.SiloAddress))
            .Select(member => member.SiloAddress)];

    public async Task<TimeSpan?> AskAsync(SiloAddress silo)
    {
        TimeSpan? answeredFor = null;
        await TryAsync(silo, async service => answeredFor = await service.GetAnsweredForAsync());
        return answeredFor;
    }

    public Task<bool> AskForBurialAsync(SiloAddress silo) => TryAsync(silo, service => service.BuryAsync(self.SiloAddress).AsTask());

    private async Task<bool> TryAsync(SiloAddress silo, Func<IReachService, Task> question)
    {
        try
        {
            await question(GetGrainService(silo)).WaitAsync(Timeout, clock);
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
