using Orleans.CodeGeneration;

namespace CommandBroker.Grains;

/// <summary>What the sweep says to a queue; the grain is that of <see cref="CommandBroker.Contracts.ISourceServerGrain"/>.</summary>
/// <remarks>An interface of its own: a method more there would raise its version, and calls of tools and gateways would leave silos of the release before.</remarks>
[Version(1)]
[Alias("CommandBroker.ISettledQueue")]
public interface ISettledQueue : IGrainWithStringKey
{
    /// <summary>Settles what time has done to the queue. One that was made for this call ends with it. Repeating it is harmless.</summary>
    [Alias("Settle")]
    ValueTask SettleAsync();
}
