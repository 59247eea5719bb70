namespace CommandBroker.Core.Tests.Model;

/// <summary>What becomes of a delivery that was not sent: the second telling of the rules of releases.</summary>
internal static class ReleaseSpecification
{
    /// <summary>A response may have left in part: the lease ends, the delivery is not counted, and the command may be known.</summary>
    public static bool ReleaseInDoubt(this Specification specification, Fact handOut, int deliveryCount, DateTimeOffset now)
    {
        Chronicle told = specification.Told;
        long seq = handOut.Seq;
        bool isThat = told.LastHandOut(seq) == handOut && told.StateOf(seq) == CommandState.Leased
            && told.DeliveryCount(seq) == deliveryCount && told.ShownAgain(handOut) == 0;
        if (isThat)
        {
            told.Add(What.Released, seq, now);
        }

        return isThat;
    }

    /// <summary>No byte has left: the hand-out is struck out, and with it all that would not have happened without it.</summary>
    public static bool ReleaseUnsent(this Specification specification, Fact handOut, int deliveryCount, DateTimeOffset now)
    {
        Chronicle told = specification.Told;
        long seq = handOut.Seq;
        if (told.LastHandOut(seq) != handOut || told.DeliveryCount(seq) != deliveryCount)
        {
            return false;
        }

        if (told.ShownAgain(handOut) is > 0 and int shown)
        {
            if (shown < 9)
            {
                told.Add(What.Hidden, seq, now);
            }

            return false;
        }

        bool wasReported = told.ResultOf(seq) is not null;
        if (!TryStrike(told, handOut))
        {
            return false;
        }

        specification.StrayCount += wasReported ? 1 : 0;

        foreach (long other in told.All.Where(other => told.StateOf(other) == CommandState.Superseded && told.WasSeen(other) && !told.WasOvertaken(other)).ToArray())
        {
            told.StrikeSupersession(other);
        }

        return true;
    }

    private static bool TryStrike(Chronicle told, Fact handOut)
    {
        long seq = handOut.Seq;
        switch (told.StateOf(seq))
        {
            case CommandState.Expired:
                told.Strike(handOut, What.Expired);
                return true;
            case CommandState.Cancelled when told.ResultOf(seq) is null:
                told.Strike(handOut, What.Cancelled);
                return true;
            case CommandState.Cancelled:
            case CommandState.Succeeded or CommandState.Failed when told.HandOutCount(seq) > 1:
                return false;
            case CommandState.Superseded when told.DeliveryCount(seq) > 1:
                told.Strike(handOut, What.Superseded);
                return true;
            default:
                told.Strike(handOut);
                return true;
        }
    }
}
