using CommandBroker.Core;

namespace CommandBroker.Storage.Memory;

/// <summary>The rows of a <see cref="MemoryDatabase"/>. Whoever touches them holds the lock on this object.</summary>
internal sealed class MemoryTables
{
    /// <summary>Every source server ever registered, by key; the position in <see cref="Numbered"/> is its number less one.</summary>
    public Dictionary<SourceServerKey, MemorySourceRow> Sources { get; } = [];

    /// <summary>The same rows in the order of registration.</summary>
    public List<MemorySourceRow> Numbered { get; } = [];

    /// <summary>The row of a registered source server; null when it was never registered, or is deleted.</summary>
    public MemorySourceRow? FindRegistered(SourceServerKey key) =>
        Sources.TryGetValue(key, out MemorySourceRow? row) && !row.IsDeleted ? row : null;
}
