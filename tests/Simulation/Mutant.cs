namespace CommandBroker.Simulation;

/// <summary>A fault put into the store on purpose, to see that the checks notice. <see cref="None"/> is the real thing.</summary>
public enum Mutant
{
    /// <summary>Nothing is wrong.</summary>
    None,

    /// <summary>Two commands may have one number: the second overwrites the first.</summary>
    NoUniqueKey,

    /// <summary>A change is written whatever version is stored.</summary>
    VersionIgnored,

    /// <summary>A commit is answered before it is written, and a crash may lose it.</summary>
    AnswersBeforeCommit,

    /// <summary>A conflict is answered as if it had been written.</summary>
    ConflictHidden,

    /// <summary>Idempotency keys are not kept.</summary>
    KeysForgotten,

    /// <summary>A command that is handed out is removed.</summary>
    DeletesOnPoll,

    /// <summary>An unreadable queue is read as an empty one.</summary>
    DamageReadAsEmpty,

    /// <summary>Retention forgets which numbers it has removed.</summary>
    NumbersReused,

    /// <summary>Of a commit of several commands only the first is written.</summary>
    CommitsTorn,

    /// <summary>A read shows what was not committed: the queue as the last writer wanted it, written or not.</summary>
    UncommittedRead,

    /// <summary>All commits of an activation have one token: what it sent before and gave up counts as what it sends now.</summary>
    TokenPerActivation,

    /// <summary>Settings that cannot be read are read as none.</summary>
    UnreadPolicyIsDefault,

    /// <summary>A delivery that was never sent is taken back, and the command still counts as known.</summary>
    ReleasesStayKnown,
}
