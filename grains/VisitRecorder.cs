using System.Collections.Concurrent;
using CommandBroker.Core;

namespace CommandBroker.Grains;

/// <summary>Polls of this silo that are noted but not yet written. Holds at most one instant for each source server that polled since the last write.</summary>
internal sealed class VisitRecorder
{
    private ConcurrentDictionary<SourceServerKey, DateTimeOffset> _visits = new();

    /// <summary>Notes a poll.</summary>
    public void Record(SourceServerKey key, DateTimeOffset now) => _visits[key] = now;

    /// <summary>The noted poll of a source server; null when none waits to be written.</summary>
    public DateTimeOffset? Find(SourceServerKey key) => _visits.TryGetValue(key, out DateTimeOffset at) ? at : null;

    /// <summary>Takes all that is noted. A poll noted in the same moment may be missed; the next one is not.</summary>
    public IReadOnlyCollection<KeyValuePair<SourceServerKey, DateTimeOffset>> TakeAll() =>
        _visits.IsEmpty ? [] : Interlocked.Exchange(ref _visits, new ConcurrentDictionary<SourceServerKey, DateTimeOffset>());
}
