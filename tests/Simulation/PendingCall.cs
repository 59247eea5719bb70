namespace CommandBroker.Simulation;

/// <summary>One call to the store that an activation awaits. The schedule decides when it is carried out, and when, and whether, it is answered.</summary>
internal sealed class PendingCall(SimulatedActivation caller, bool isWrite, Func<object?> carryOut, Action<object?> answer, Action<Exception> fail)
{
    private object? _result;

    /// <summary>Who waits.</summary>
    public SimulatedActivation Caller => caller;

    /// <summary>Whether it may change the store.</summary>
    public bool IsWrite => isWrite;

    /// <summary>Whether the store has carried it out.</summary>
    public bool IsCarriedOut { get; private set; }

    /// <summary>Whether nobody waits for it any longer, because its activation died or was told a fault: it may still be carried out.</summary>
    public bool IsOrphan { get; set; }

    /// <summary>Lets the store carry it out.</summary>
    public void CarryOut()
    {
        _result = carryOut();
        IsCarriedOut = true;
    }

    /// <summary>Answers; what the activation does next runs before this returns.</summary>
    public void Answer() => answer(_result);

    /// <summary>Answers with a fault, carried out or not.</summary>
    public void Fail(Exception fault) => fail(fault);
}
