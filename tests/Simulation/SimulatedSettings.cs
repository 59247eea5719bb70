using CommandBroker.Contracts;
using CommandBroker.Grains;
using CommandBroker.Storage;

namespace CommandBroker.Simulation;

/// <summary>The grain that keeps the source server's settings, as one activation sees it: the schedule answers, and may fail, each read.</summary>
internal sealed class SimulatedSettings(
    SimulatedActivation activation, SourceServerSettings settings, Mutant mutant, List<PendingCall> pending) : ISourceServerSettingsGrain
{
    public async ValueTask<SourceServerSettings?> ReadAsync()
    {
        var waiting = new TaskCompletionSource<SourceServerSettings?>();
        pending.Add(new PendingCall(activation, false, () => settings, result => waiting.SetResult((SourceServerSettings?)result), waiting.SetException));
        try
        {
            return await waiting.Task;
        }
        catch (StoreUnavailableException) when (mutant == Mutant.UnreadPolicyIsDefault)
        {
            return new SourceServerSettings();
        }
    }

    public ValueTask WriteAsync(SourceServerSettings settings) => throw new NotSupportedException("Nobody changes settings here.");
}
