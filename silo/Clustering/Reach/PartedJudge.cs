using Orleans.Runtime;

namespace CommandBroker.Silo.Clustering.Reach;

/// <summary>Ends a silo that is the one that is cut off from the database; asks the others only when it may be.</summary>
internal sealed class PartedJudge(
    ReachReader reader, ReachTimes times, IReachPeers peers, IPartedEnd end, IHostApplicationLifetime lifetime, ILogger<PartedJudge> log)
{
    private bool IsStopping => lifetime.ApplicationStopping.IsCancellationRequested;

    /// <summary>Judges once, within <see cref="ReachTimes.PeerTimeout"/>. A silo that stops is not judged: it goes in its own way.</summary>
    public async Task JudgeAsync()
    {
        if (IsStopping || !PartedVerdict.IsInDoubt(reader.Read(), times.SilenceTimeout))
        {
            return;
        }

        await foreach (Task<(SiloAddress Peer, TimeSpan? AnsweredFor)> answer in Task.WhenEach(peers.Active.Select(AskAsync)))
        {
            (SiloAddress witness, TimeSpan? answeredFor) = await answer;
            DatabaseReach own = reader.Read();
            if (!IsStopping && PartedVerdict.IsProvenBy(answeredFor, own, times.SilenceTimeout))
            {
                log.SiloParted(own.Silence, witness.ToString(), end.ExitCode, times.SilenceTimeout);
                await peers.AskToDeclareDeadAsync(witness);
                end.End();
                return;
            }
        }
    }

    // One task for each, which tasks that others make need not be.
    private async Task<(SiloAddress Peer, TimeSpan? AnsweredFor)> AskAsync(SiloAddress peer) => (peer, await peers.AskAsync(peer, times.LongestPause));
}
