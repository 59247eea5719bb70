using System.Collections.Concurrent;

namespace CommandBroker.Gateway.Management;

/// <summary>
/// The source servers of one streamed batch whose lines failed for a reason that passes. Their later lines are refused for it too: a client sends
/// refused lines again, and they would come behind those that had gone on.
/// </summary>
internal sealed class HeldSourceServers
{
    /// <summary>While so many fail, the fault is everybody's: all others are held as well, and nothing more is remembered.</summary>
    public const int MaxCount = 10_000;

    private readonly ConcurrentDictionary<ServerId, BrokerException> _held = new();
    private volatile BrokerException? _all;

    /// <summary>Why lines of a source server are refused; null when they are not.</summary>
    public BrokerException? Find(ServerId id) => _held.GetValueOrDefault(id) ?? _all;

    /// <summary>Notes why lines were refused. Only what may be gone when they are sent again holds up the others.</summary>
    public void Note(ServerId id, BrokerException refused)
    {
        if (refused.Reason is not (BrokerErrorReason.Unreachable or BrokerErrorReason.StorageUnavailable or BrokerErrorReason.Throttled))
        {
            return;
        }

        if (_held.Count < MaxCount)
        {
            _held[id] = refused;
        }
        else
        {
            _all = refused;
        }
    }
}
