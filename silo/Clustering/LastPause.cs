namespace CommandBroker.Silo.Clustering;

/// <summary>
/// The last step of a stop before connections close: while the cluster is told that this silo has ended, what was sent to it before that is
/// still taken and handed back. A request that is still unread when its connection closes is answered by nobody, and the caller waits in vain.
/// </summary>
internal sealed class LastPause(TimeProvider clock) : ILifecycleParticipant<ISiloLifecycle>
{
    // With Orleans' own step that writes Dead and tells it (MembershipAgent); the next one takes no message any more.
    private const int Stage = ServiceLifecycleStage.RuntimeInitialize + 1;

    public void Participate(ISiloLifecycle lifecycle) =>
        lifecycle.Subscribe(nameof(LastPause), Stage, _ => Task.CompletedTask, stopping => Task.Delay(ClusterSetup.StopPause, clock, stopping));
}
