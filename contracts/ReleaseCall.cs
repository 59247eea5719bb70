namespace CommandBroker.Contracts;

/// <summary>What a gateway says of a delivery that it could not send. See <see cref="Core.UnsentDelivery"/>.</summary>
[GenerateSerializer, Immutable]
[Alias("CommandBroker.ReleaseCall")]
public sealed record ReleaseCall
{
    /// <summary>The command's number.</summary>
    [Id(0)] public required long Seq { get; init; }

    /// <summary>Its <see cref="PollReply.DeliveryCount"/>.</summary>
    [Id(1)] public required int DeliveryCount { get; init; }

    /// <summary>Whether a byte of the response may have left the process. False promises that none has.</summary>
    [Id(2)] public required bool MayHaveArrived { get; init; }

    /// <summary>The reply's <see cref="PollReply.FormerDeliveredAt"/>.</summary>
    [Id(3)] public DateTimeOffset? FormerDeliveredAt { get; init; }

    /// <summary>The reply's <see cref="PollReply.DeliveredAt"/>: with it a second try is harmless, unless the reply said <see cref="PollReply.MayBeRepeated"/>.</summary>
    [Id(5)] public DateTimeOffset? DeliveredAt { get; init; }

    /// <summary>
    /// The <see cref="Contracts.PollToken"/> of a poll whose answer never came: what its commit handed out is meant, whatever that is, and not the command of
    /// <see cref="Seq"/>. Null in the release of an answer.
    /// </summary>
    [Id(6)] public long? PollToken { get; init; }

    /// <summary>The release of what a poll may have handed out that was answered with nothing. Repeating it is harmless.</summary>
    public static ReleaseCall OfPoll(long token) => new() { Seq = 0, DeliveryCount = 0, MayHaveArrived = false, PollToken = token };

    /// <summary>The release of what a poll was answered with.</summary>
    public static ReleaseCall Of(PollReply reply, bool mayHaveArrived) => new()
    {
        Seq = reply.Seq,
        DeliveryCount = reply.DeliveryCount,
        MayHaveArrived = mayHaveArrived,
        FormerDeliveredAt = reply.FormerDeliveredAt,
        DeliveredAt = reply.DeliveredAt,
    };
}
