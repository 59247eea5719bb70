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
    // After each queue that comes, which is read from the store: 50 of them in a second are a few hundredths of what a silo carries.
    private static readonly TimeSpan MovePause = TimeSpan.FromMilliseconds(20);

    // A silo that does not answer in that time is about to be declared dead; a stop waits for a question no longer than that.
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(2);

    // A silo of the release before knows no such question, and logs an error for each.
    private static readonly TimeSpan FaultPause = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        GrainType queue = grains.GetGrain<ISourceServerGrain>("any").GetGrainId().Type;
        await foreach (GrainId target in calls.Kept.ReadAllAsync(stoppingToken))
        {
            if (target.Type != queue)
            {
                continue;
            }

            try
            {
                Task<bool> asked = grains.GetGrain<IMovableQueue>(target).ComeAsync(here.SiloAddress, options.Value.QueueStay).AsTask();
                if (await asked.WaitAsync(AnswerTimeout, clock, stoppingToken))
                {
                    await Task.Delay(MovePause, clock, stoppingToken);
                }
            }
            catch (Exception) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault)
            {
                logger.QueueNotMoved(fault, target.Key.ToString()!);
                await Task.Delay(FaultPause, clock, stoppingToken);
            }
        }
    }
}
