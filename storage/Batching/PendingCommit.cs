namespace CommandBroker.Storage.Batching;

/// <summary>A commit that waits for its batch.</summary>
internal sealed class PendingCommit(QueueCommit commit) : BatchItem<CommitStatus>
{
    /// <summary>What to write.</summary>
    public QueueCommit Commit => commit;
}
