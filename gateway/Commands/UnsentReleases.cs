using CommandBroker.Gateway.Diagnostics;
using CommandBroker.Gateway.Grains;

namespace CommandBroker.Gateway.Commands;

/// <summary>Tells queues of deliveries whose response was not sent. A release that fails is tried again, as nobody else knows of it.</summary>
internal sealed class UnsentReleases(TimeProvider clock, ILogger<UnsentReleases> log)
{
    /// <summary>The waits before the second try and those that follow: together longer than a short outage, shorter than a lease.</summary>
    private static readonly TimeSpan[] Pauses = [TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(8), TimeSpan.FromSeconds(30)];

    /// <summary>Releases a delivery; returns after the first try, whatever became of it.</summary>
    /// <param name="server">The queue that handed it out.</param>
    /// <param name="key">The same, for the log.</param>
    /// <param name="reply">What was handed out.</param>
    /// <param name="mayHaveArrived">Whether the response was given to the web server: from then on any of its bytes may have left.</param>
    public async ValueTask ReleaseAsync(ISourceServerGrain server, SourceServerKey key, PollReply reply, bool mayHaveArrived)
    {
        // A silo of a former release: it knows no repeats that were not sent, and a second try might end the next delivery.
        bool isOfFormer = reply.DeliveredAt is null;
        if (isOfFormer && reply.IsRepeat)
        {
            return;
        }

        if (await TryAsync(server, key, reply, mayHaveArrived, isOfFormer) is { } failure)
        {
            // Sequential hands it out to the next poll anyway; a second try could take back what that poll showed.
            if (isOfFormer || reply.MayBeRepeated)
            {
                log.DeliveryNotReleased(failure, key, reply.Seq);
            }
            else
            {
                _ = TryAgainAsync(server, key, reply, mayHaveArrived);
            }
        }
    }

    private async Task TryAgainAsync(ISourceServerGrain server, SourceServerKey key, PollReply reply, bool mayHaveArrived)
    {
        Exception? failure = null;
        foreach (TimeSpan pause in Pauses)
        {
            await Task.Delay(pause, clock);
            failure = await TryAsync(server, key, reply, mayHaveArrived, isOfFormer: false);
            if (failure is null)
            {
                return;
            }
        }

        log.DeliveryNotReleased(failure!, key, reply.Seq);
    }

    private async ValueTask<Exception?> TryAsync(ISourceServerGrain server, SourceServerKey key, PollReply reply, bool mayHaveArrived, bool isOfFormer)
    {
        try
        {
            await (isOfFormer
                ? server.ReleaseAsync(reply.Seq, reply.DeliveryCount)
                : server.ReleaseUnsentAsync(ReleaseCall.Of(reply, mayHaveArrived)));
            log.DeliveryReleased(key, reply.Seq, reply.DeliveryCount);
            return null;
        }
        catch (Exception failure) when (failure is BrokerException || GrainFailure.IsUnreachable(failure))
        {
            return failure;
        }
    }
}
