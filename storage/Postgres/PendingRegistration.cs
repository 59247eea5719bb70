using CommandBroker.Storage.Batching;

namespace CommandBroker.Storage.Postgres;

/// <summary>A registration that waits for its batch.</summary>
/// <param name="server">What is known of the source server.</param>
/// <param name="maxCount">The most that may be registered in its project.</param>
internal sealed class PendingRegistration(SourceServer server, int maxCount) : BatchItem<bool>
{
    /// <summary>What is known of the source server.</summary>
    public SourceServer Server => server;

    /// <summary>The most that may be registered in its project.</summary>
    public long MaxCount => maxCount;
}
