using System.Runtime.ExceptionServices;

namespace CommandBroker.Gateway.Commands;

/// <summary>
/// The releases that have come to no end yet, by source server. The next poll carries them out first: a command that it handed out before would overtake
/// what was never sent. Whoever adds one bounds how many there are.
/// </summary>
internal sealed class UnsettledReleases
{
    private readonly Lock _gate = new();
    private readonly Dictionary<SourceServerKey, List<UnsettledRelease>> _releases = [];
    private int _count;

    /// <summary>How many there are.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Adds one.</summary>
    public void Add(UnsettledRelease release)
    {
        lock (_gate)
        {
            if (!_releases.TryGetValue(release.Key, out List<UnsettledRelease>? ofSource))
            {
                _releases.Add(release.Key, ofSource = []);
            }

            ofSource.Add(release);
            _count++;
        }
    }

    /// <summary>Removes one that is settled, or given up; harmless when it is not there.</summary>
    public void Remove(UnsettledRelease release)
    {
        lock (_gate)
        {
            if (_releases.TryGetValue(release.Key, out List<UnsettledRelease>? ofSource) && ofSource.Remove(release))
            {
                _count--;
                if (ofSource.Count == 0)
                {
                    _releases.Remove(release.Key);
                }
            }
        }
    }

    /// <summary>Carries out those of a source server, the oldest first; null when there are none.</summary>
    /// <returns>Ends in what one of them failed with: the queue must not be asked for a command then.</returns>
    public Task? CarryOut(SourceServerKey key)
    {
        // Nearly always there are none, and then a poll pays one read.
        if (Count == 0)
        {
            return null;
        }

        UnsettledRelease[] found;
        lock (_gate)
        {
            if (!_releases.TryGetValue(key, out List<UnsettledRelease>? ofSource))
            {
                return null;
            }

            found = [.. ofSource];
        }

        return CarryOutAsync(found);
    }

    private static async Task CarryOutAsync(UnsettledRelease[] releases)
    {
        foreach (UnsettledRelease release in releases)
        {
            // Of a poll without an answer it is not known that there is anything to give back. Where the queue cannot be read, the poll says so itself;
            // where old history cannot, which does not mend by itself, agents are served.
            if (await release.TryAsync() is { } failure && (release.IsOnce || failure is not BrokerException { Reason: BrokerErrorReason.Quarantined }))
            {
                ExceptionDispatchInfo.Throw(failure);
            }
        }
    }
}
