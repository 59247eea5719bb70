using CommandBroker.Gateway.Health;
using Microsoft.Extensions.Options;

namespace CommandBroker.Silo;

/// <summary>The first step of a stop, before anything ends: says that nothing more should be sent here, and gives whoever balances the time to notice.</summary>
internal sealed class DrainBeforeStop(Drain drain, IOptions<SiloOptions> options, TimeProvider clock) : IHostedLifecycleService
{
    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        drain.Begin();
        return Task.Delay(options.Value.DrainDelay, clock, cancellationToken);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
