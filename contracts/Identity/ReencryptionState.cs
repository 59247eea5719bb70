namespace CommandBroker.Contracts.Identity;

/// <summary>What the run that encrypts every secret anew is doing.</summary>
public enum ReencryptionState
{
    /// <summary>No run is known: none was asked for, or its silo died. Ask for one as long as secrets remain.</summary>
    Idle = 0,

    /// <summary>It is under way.</summary>
    Running = 1,

    /// <summary>The last run came to its end.</summary>
    Done = 2,

    /// <summary>The last run failed; the next one goes on with what remains.</summary>
    Failed = 3,
}
