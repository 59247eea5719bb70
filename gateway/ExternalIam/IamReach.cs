using CommandBroker.Gateway.Diagnostics;

namespace CommandBroker.Gateway.ExternalIam;

/// <summary>Whether the external IAM answers, as far as this gateway has noticed. Changes are logged, not each call.</summary>
internal sealed class IamReach(ILogger<IamReach> log)
{
    private int _state = (int)State.Unknown;
    private volatile bool _hasAnswered;

    private enum State
    {
        Unknown,
        Reached,
        Lost,
    }

    /// <summary>Whether this process asks it at all: one that serves no HTTP but its health does not.</summary>
    public bool IsNeeded { get; private set; }

    /// <summary>Whether it has answered since the start.</summary>
    public bool HasAnswered => _hasAnswered;

    /// <summary>Whether the last call to it failed.</summary>
    public bool IsLost => Volatile.Read(ref _state) == (int)State.Lost;

    /// <summary>This process serves callers whose tokens it must ask about. Call it before the host starts.</summary>
    public void Need() => IsNeeded = true;

    /// <summary>A call was answered.</summary>
    public void NoteReached()
    {
        _hasAnswered = true;
        if (Interlocked.Exchange(ref _state, (int)State.Reached) != (int)State.Reached)
        {
            log.IamReached();
        }
    }

    /// <summary>A call was not answered, or not in a way that can be understood.</summary>
    /// <param name="reason">What happened; without any secret.</param>
    /// <param name="failure">What was thrown, if anything was.</param>
    public void NoteLost(string reason, Exception? failure = null)
    {
        if (Interlocked.Exchange(ref _state, (int)State.Lost) != (int)State.Lost)
        {
            log.IamLost(failure, reason);
        }
    }
}
