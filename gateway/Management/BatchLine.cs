using CommandBroker.Client.Wire;
using CommandBroker.Gateway.Identity;

namespace CommandBroker.Gateway.Management;

/// <summary>One line of a streamed batch on its way from text to answer.</summary>
internal sealed class BatchLine(long number)
{
    /// <summary>Its number, from 1.</summary>
    public long Number { get; } = number;

    /// <summary>The source server it names; null when it cannot be read.</summary>
    public ServerId? Id { get; private set; }

    /// <summary>What to enqueue; null when the line is broken.</summary>
    public EnqueueCall? Call { get; private set; }

    /// <summary>Its answer; null until there is one.</summary>
    public EnqueueLineAnswer? Answer { get; private set; }

    /// <summary>Reads a line; one that is broken has its answer at once.</summary>
    public static BatchLine Read(long number, ReadOnlySpan<byte> utf8)
    {
        var line = new BatchLine(number);
        try
        {
            EnqueueBody body = WireReader.Read(utf8, WireJson.Strict.EnqueueBody);
            if (!ServerId.TryParse(body.ServerId, out ServerId id))
            {
                throw new BrokerException(BrokerErrorReason.InvalidArgument, ServerId.Describe(body.ServerId));
            }

            line.Id = id;
            line.Call = body.ToCall();
        }
        catch (BrokerException broken)
        {
            line.Refuse(broken);
        }

        return line;
    }

    /// <summary>Gives its command a key of the signature, when it names none, so that the line adds nothing when the batch is sent again.</summary>
    public void SettleKey(SignedCall signed)
    {
        if (Call is { IdempotencyKey: null } call)
        {
            Call = call with { IdempotencyKey = signed.KeyOf(Number) };
        }
    }

    /// <summary>Takes the queue's answer.</summary>
    public void Complete(EnqueueReply reply) => Answer = reply.ToLine(Number, Id?.Value);

    /// <summary>The line is not carried out.</summary>
    public void Refuse(BrokerException refused) =>
        Answer = new EnqueueLineAnswer { Line = Number, ServerId = Id?.Value, Error = refused.ToWire() };
}
