namespace CommandBroker.Storage;

/// <summary>How a commit went.</summary>
public enum CommitStatus
{
    /// <summary>Everything is written and flushed.</summary>
    Committed,

    /// <summary>Nothing is written: another writer was faster. The caller's state is stale and must be loaded anew.</summary>
    Conflict,

    /// <summary>Nothing is written: a retained command of this source server was enqueued with the same idempotency key.</summary>
    DuplicateKey,
}
