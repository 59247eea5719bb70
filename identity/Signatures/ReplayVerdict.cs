namespace CommandBroker.Identity.Signatures;

/// <summary>What a <see cref="ReplayGuard"/> knows of a signature.</summary>
public enum ReplayVerdict
{
    /// <summary>It has not been seen; from now on it has.</summary>
    First,

    /// <summary>It has been seen with the same tag, and no answer was noted: the first call runs still, or did not succeed.</summary>
    Repeated,

    /// <summary>It has been seen with the same tag, and the call was answered; the guard says with what.</summary>
    Answered,

    /// <summary>It has been seen with another tag: something that is not signed was changed.</summary>
    Changed,
}
