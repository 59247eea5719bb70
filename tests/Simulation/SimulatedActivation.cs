using CommandBroker.Contracts;
using CommandBroker.Core;
using CommandBroker.Grains;
using CommandBroker.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace CommandBroker.Simulation;

/// <summary>One activation: the real grain, called one call at a time as Orleans does, over a store whose answers the schedule gives.</summary>
internal sealed class SimulatedActivation
{
    // Shared: the runtime keeps every meter that was ever made.
    private static readonly QueueInstruments Instruments = new();

    private readonly Queue<Func<ISourceServerGrain, Task>> _mailbox = new();
    private readonly SourceServerGrain _grain;
    private bool _isBusy;

    public SimulatedActivation(SourceServerKey key, StoreRows rows, List<PendingCall> pending, ScheduleSetup setup, SimulatedClock clock)
    {
        QueueOptions options = setup.BrokerOptions;
        var database = new SimulatedDatabase(new SimulatedStore(this, rows, pending));
        var quotas = new PendingQuotas(database, Options.Create(options), clock, NullLogger<PendingQuotas>.Instance);
        var audit = new AuditRecorder(Options.Create(new IdentityOptions()), clock);
        var silo = new SiloQueues(new VisitRecorder(), new LocalQueues(clock), quotas, audit, Instruments);
        var context = new QueueContext(
            database, Options.Create(options), Options.Create(new SourceOptions()), clock, silo, NullLogger<SourceServerGrain>.Instance);
        _grain = new SourceServerGrain(context, new GrainContextHolder(GrainContextStub.Of(key.Text, new SimulatedSettings(this, setup.Settings, rows.Mutant, pending))));
    }

    /// <summary>A random number of its own, for a mutant.</summary>
    public long Token { get; } = Random.Shared.NextInt64();

    /// <summary>Whether it died: it runs no further and answers nobody.</summary>
    public bool IsDead { get; private set; }

    /// <summary>Calls the grain when the calls before have ended.</summary>
    public void Post(Func<ISourceServerGrain, Task> call)
    {
        _mailbox.Enqueue(call);
        RunNext();
    }

    /// <summary>Ends it where it stands. Whoever waits for it never hears of it: the ledger takes that for unknown.</summary>
    public void Kill()
    {
        IsDead = true;
        _mailbox.Clear();
    }

    private async void RunNext()
    {
        if (_isBusy)
        {
            return;
        }

        _isBusy = true;
        while (!IsDead && _mailbox.TryDequeue(out Func<ISourceServerGrain, Task>? call))
        {
            await call(_grain);
        }

        _isBusy = false;
    }
}
