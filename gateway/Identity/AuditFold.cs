using System.Globalization;
using CommandBroker.Contracts.Identity;

namespace CommandBroker.Gateway.Identity;

/// <summary>Refusals of one kind: the first of them, and how many more there were since the last row.</summary>
internal sealed class AuditFold
{
    private AuditEvent? _first;
    private DateTimeOffset? _writtenAt;

    /// <summary>How many are not in a row yet.</summary>
    public long Count { get; private set; }

    /// <summary>Counts one.</summary>
    public void Add(AuditEvent one)
    {
        _first = Count == 0 ? one : _first;
        Count++;
    }

    /// <summary>Whether a row is due: at once for the first, then when the interval is over.</summary>
    public bool IsDue(DateTimeOffset now, TimeSpan interval, bool isLast) =>
        Count > 0 && (isLast || _writtenAt is not { } at || now < at || now - at >= interval);

    /// <summary>Whether it can be forgotten.</summary>
    public bool IsOver(DateTimeOffset now, TimeSpan interval) => Count == 0 && (_writtenAt is not { } at || now < at || now - at >= interval);

    /// <summary>The row for what is not in one yet.</summary>
    public AuditEvent Row(DateTimeOffset now) => Count == 1 && _first!.Actor.RemoteAddress is not null ? _first : _first! with
    {
        Detail = string.Create(CultureInfo.InvariantCulture, $"{Count - 1} more until {now.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}"),
    };

    /// <summary>Notes that a row with so many was written.</summary>
    public void NoteWritten(long count, DateTimeOffset now)
    {
        Count -= count;
        _writtenAt = now;
    }
}
