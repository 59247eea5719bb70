namespace CommandBroker.Grains;

/// <summary>Walks over the source servers of the cluster and settles what nobody calls. One in the cluster, so that there is one walk; use key 0.</summary>
[Alias("CommandBroker.IOverdueSweepGrain")]
public interface IOverdueSweepGrain : IGrainWithIntegerKey
{
    /// <summary>Takes the next step, unless one was taken within <c>Queue:SweepInterval</c>: every silo asks, and all of them have one pace.</summary>
    [Alias("Step")]
    [ResponseTimeout("00:05:00")]
    ValueTask StepAsync();
}
