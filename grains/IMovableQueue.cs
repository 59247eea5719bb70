namespace CommandBroker.Grains;

/// <summary>What silos say to each other about where a source server's queue lives; the grain is that of <see cref="CommandBroker.Contracts.ISourceServerGrain"/>.</summary>
[Alias("CommandBroker.IMovableQueue")]
public interface IMovableQueue : IGrainWithStringKey
{
    /// <summary>
    /// Says that calls for this queue come in at a silo: it moves there once nothing runs, unless it is there. What is in the store stays as it is, and calls
    /// meanwhile wait. One that nothing was read of ends instead. Repeating it is harmless.
    /// </summary>
    /// <param name="silo">The silo where the calls come in. When it has ended any other may get the queue.</param>
    /// <param name="stay">How long a queue must have been where it is; until then it stays.</param>
    /// <returns>Whether it sets out.</returns>
    [Alias("Come")]
    ValueTask<bool> ComeAsync(SiloAddress silo, TimeSpan stay);
}
