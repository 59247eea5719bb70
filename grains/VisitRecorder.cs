using System.Collections.Concurrent;
using CommandBroker.Core;

namespace CommandBroker.Grains;

/// <summary>Polls of this silo that are noted but not yet written. Holds at most one instant for each source server that polled since the last write.</summary>
internal sealed class VisitRecorder
{
    private ConcurrentDictionary<ServerId, DateTimeOffset> _visits = new();

    /// <summary>Notes a poll.</summary>
    public void Record(ServerId serverId, DateTimeOffset now) => _visits[serverId] = now;

    /// <summary>The noted poll of a source server; null when none waits to be written.</summary>
    public DateTimeOffset? Find(ServerId serverId) => _visits.TryGetValue(serverId, out DateTimeOffset at) ? at : null;

    /// <summary>Takes all that is noted. A poll noted in the same moment may be missed; the next one is not.</summary>
    public IReadOnlyCollection<KeyValuePair<ServerId, DateTimeOffset>> TakeAll() =>
        _visits.IsEmpty ? [] : Interlocked.Exchange(ref _visits, new ConcurrentDictionary<ServerId, DateTimeOffset>());
}
