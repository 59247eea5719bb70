namespace CommandBroker.Storage.Verification;

/// <summary>What must be true of a store at any moment, as far as the store alone can tell.</summary>
public enum StoreInvariant
{
    /// <summary>
    /// Every number given out is a command that is kept, was removed by retention, or was passed over at a restore; and kept ones say how they
    /// ended. Of the newest commands a store cannot tell by itself that they are gone: the highest number is that of the newest row.
    /// </summary>
    NothingIsLost,

    /// <summary>A poll finds every open command.</summary>
    EverythingIsDelivered,

    /// <summary>A command has a lease exactly while it is Leased, and its deliveries are within the limit.</summary>
    LeasesHold,

    /// <summary>A result belongs to the state it ended the command in, and there is one.</summary>
    ResultsAreFinal,

    /// <summary>An idempotency key names one command of its source server, and the search by key finds it.</summary>
    KeysAreUnique,

    /// <summary>No number is used twice or above the highest one given out.</summary>
    NumbersAreUnique,

    /// <summary>Kept reports and counts are within their bounds.</summary>
    SizesAreBounded,

    /// <summary>Everything stored can be read.</summary>
    EverythingIsReadable,
}
