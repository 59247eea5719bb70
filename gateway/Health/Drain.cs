namespace CommandBroker.Gateway.Health;

/// <summary>Whether this process is about to stop: <c>/readyz</c> says 503 then, so that a balancer sends nothing more while everything still works.</summary>
public sealed class Drain
{
    private volatile bool _hasBegun;

    /// <summary>Whether the process is about to stop.</summary>
    public bool HasBegun => _hasBegun;

    /// <summary>Notes that it is; there is no way back.</summary>
    public void Begin() => _hasBegun = true;
}
