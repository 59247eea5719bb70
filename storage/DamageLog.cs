using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace CommandBroker.Storage;

/// <summary>Says once of each damaged place that upkeep passes it over. Upkeep comes by again and again.</summary>
/// <param name="logger">Where it is said; default nowhere.</param>
internal sealed partial class DamageLog(ILogger? logger = null)
{
    // Of a disk that is damaged all over, the first places say enough.
    private const int MaxPlaces = 1_000;

    private readonly ILogger _logger = logger ?? NullLogger.Instance;
    private readonly ConcurrentDictionary<string, bool> _known = new(StringComparer.Ordinal);

    /// <summary>Notes that a place was passed over.</summary>
    /// <param name="place">Which, as a sentence begins.</param>
    /// <param name="reason">What was found there.</param>
    public void PassedOver(string place, string reason)
    {
        if (_known.Count < MaxPlaces && _known.TryAdd(place, true))
        {
            PassedOver(_logger, place, reason);
        }
    }

    /// <summary>Notes that a source server was passed over because what is stored as its id is none.</summary>
    /// <param name="sourceNo">Its number.</param>
    public void PassedOverId(long sourceNo) => PassedOver($"Source server number {sourceNo}", "what is stored as its id is none.");

    [LoggerMessage(5001, LogLevel.Error, "{Place} cannot be read or changed and is passed over: {Reason}", EventName = "DamagePassedOver")]
    private static partial void PassedOver(ILogger logger, string place, string reason);
}
