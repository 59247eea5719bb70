using CommandBroker.Contracts;
using CommandBroker.Grains;
using Microsoft.Extensions.Options;
using Orleans.Runtime;

namespace CommandBroker.Silo.Clustering;

/// <summary>
/// Asks queues whose calls come in at this silo, but live at another, to move here. A gateway sends all calls for a source server to one silo as long as both live; when
/// one of them is replaced they come in elsewhere, and each would take a second hop for as long as the agent polls.
/// </summary>
internal sealed class QueueMoves(IncomingCalls calls, IGrainFactory grains, ILocalSiloDetails here, IOptions<SiloOptions> options, TimeProvider clock, ILogger<QueueMoves> logger)
    : BackgroundService
{
    // Each move reads a queue from the store: 50 of them in a second are a few hundredths of what a silo carries, and bring 100,000 queues of three silos home in a quarter of an hour.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        GrainType queue = grains.GetGrain<ISourceServerGrain>("any").GetGrainId().Type;
        await foreach (GrainId target in calls.ReadAllAsync(stoppingToken))
        {
            if (target.Type != queue)
            {
                continue;
            }

            try
            {
                await grains.GetGrain<IMovableQueue>(target).ComeAsync(here.SiloAddress, options.Value.QueueStay);
            }
            catch (Exception fault)
            {
                // It comes again. A silo of a release before this one does not know the call.
                logger.QueueNotMoved(fault, target.Key.ToString()!);
            }

            await Task.Delay(Pause, clock, stoppingToken);
        }
    }
}
