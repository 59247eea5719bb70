using CommandBroker.Core;

namespace CommandBroker.Storage.Memory;

/// <summary>One source server with its commands.</summary>
internal sealed class MemorySourceRow(long sourceNo, SourceServer server)
{
    public long SourceNo { get; } = sourceNo;

    public SourceServer Server { get; set; } = server;

    public bool IsDeleted { get; set; }

    public bool HasOverrides { get; set; }

    public long LastSeq { get; set; }

    public long RemovedCount { get; set; }

    /// <summary>The commands by number, each with the token of the commit that wrote this version.</summary>
    public SortedDictionary<long, (Command Command, long Token)> Commands { get; } = [];

    public Dictionary<string, long> Keys { get; } = new(StringComparer.Ordinal);

    /// <summary>Oldest first.</summary>
    public List<StrayReport> Strays { get; } = [];
}
