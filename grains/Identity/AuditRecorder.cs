using System.Runtime.InteropServices;
using CommandBroker.Contracts.Identity;
using CommandBroker.Core;
using Microsoft.Extensions.Options;

namespace CommandBroker.Grains;

/// <summary>
/// Events of this silo that are noted but not yet written. Noting one costs a lock and no write: enqueuing must not wait for the audit. Of many
/// alike between two flushes the first are kept one by one and the rest is counted, so what the audit costs is bounded however fast commands come.
/// </summary>
internal sealed class AuditRecorder(IOptions<IdentityOptions> options, TimeProvider clock)
{
    /// <summary>Events that may wait for the store; further ones are lost, and counted.</summary>
    public const int MaxCount = 100_000;

    // Of so many addresses refusals are counted one by one between two flushes; those beyond are counted together.
    private const int MaxRefusalKinds = 1_000;

    private const string Unknown = "unknown";

    private readonly Lock _turn = new();
    private readonly int _burstCount = options.Value.AuditBurstCount;
    private List<AuditEvent> _events = [];
    private Dictionary<Kind, long> _counts = [];
    private Dictionary<Refusal, long> _refusals = [];
    private long _lostCount;

    /// <summary>How many events wait.</summary>
    public int Count
    {
        get
        {
            lock (_turn)
            {
                return _events.Count;
            }
        }
    }

    /// <summary>Notes an event as it is.</summary>
    public void Record(AuditEvent one)
    {
        lock (_turn)
        {
            Add(one);
        }
    }

    /// <summary>Notes that somebody was refused, which one address may bring about as often as it likes: what is beyond <c>Identity:AuditBurstCount</c> is counted.</summary>
    public void RecordRefusal(AuditEvent one)
    {
        lock (_turn)
        {
            var refusal = new Refusal(one.Action, one.Actor.RemoteAddress, one.Actor.DomainId);
            if (!_refusals.ContainsKey(refusal) && _refusals.Count >= MaxRefusalKinds)
            {
                refusal = refusal with { RemoteAddress = null };
            }

            ref long noted = ref CollectionsMarshal.GetValueRefOrAddDefault(_refusals, refusal, out _);
            if (++noted <= _burstCount)
            {
                Add(one);
            }
        }
    }

    /// <summary>Notes what was done to a source server or a command.</summary>
    /// <param name="action">What.</param>
    /// <param name="actor">The name of who did it; null when not known.</param>
    /// <param name="key">The source server.</param>
    /// <param name="subject">What it was done to.</param>
    public void Record(string action, string? actor, SourceServerKey key, string subject)
    {
        lock (_turn)
        {
            Add(EventOf(KindOf(action, actor, key), subject, detail: null, CallOrigin.Current));
        }
    }

    /// <summary>Notes something that may happen thousands of times a second: what is beyond <c>Identity:AuditBurstCount</c> is counted.</summary>
    /// <param name="action">What.</param>
    /// <param name="actor">The name of who did it; null when not known.</param>
    /// <param name="key">The source server.</param>
    /// <param name="subject">Gives what it was done to, when the event is kept.</param>
    /// <param name="argument">What <paramref name="subject"/> is given.</param>
    /// <param name="count">How many were done at once; 0 notes nothing.</param>
    public void RecordOften<T>(string action, string? actor, SourceServerKey key, Func<T, string> subject, T argument, int count = 1)
    {
        if (count == 0)
        {
            return;
        }

        lock (_turn)
        {
            Kind kind = KindOf(action, actor, key);
            ref long noted = ref CollectionsMarshal.GetValueRefOrAddDefault(_counts, kind, out _);
            if (noted < _burstCount)
            {
                noted++;
                Add(EventOf(kind, subject(argument), detail: null, CallOrigin.Current));
            }
            else
            {
                noted += count;
            }
        }
    }

    /// <summary>Takes all that is noted, oldest first.</summary>
    /// <param name="lostCount">Events that were lost since the last time.</param>
    public IReadOnlyList<AuditEvent> TakeAll(out long lostCount)
    {
        lock (_turn)
        {
            foreach ((Kind kind, long count) in _counts.Where(entry => entry.Value > _burstCount))
            {
                _events.Add(EventOf(kind, subject: null, RestText(count - _burstCount), origin: null));
            }

            _events.AddRange(_refusals.Where(entry => entry.Value > _burstCount).Select(entry => RestOf(entry.Key, entry.Value - _burstCount)));
            List<AuditEvent> taken = _events;
            (_events, _counts, _refusals, lostCount, _lostCount) = ([], [], [], _lostCount, 0);
            return taken;
        }
    }

    /// <summary>Puts back what could not be written.</summary>
    public void PutBack(IReadOnlyList<AuditEvent> events)
    {
        lock (_turn)
        {
            int room = Math.Max(0, MaxCount - _events.Count);
            _events.InsertRange(0, events.Take(room));
            _lostCount += Math.Max(0, events.Count - room);
        }
    }

    private void Add(AuditEvent one)
    {
        if (_events.Count < MaxCount)
        {
            _events.Add(one);
        }
        else
        {
            _lostCount++;
        }
    }

    /// <summary>The domain is that of the project, and found out when it is written.</summary>
    private AuditEvent EventOf(Kind kind, string? subject, string? detail, CallOrigin? origin) => new()
    {
        At = clock.GetUtcNow(),
        Actor = new AuditActor { DomainId = "", Name = kind.Actor, PrincipalId = origin?.PrincipalId, RemoteAddress = origin?.RemoteAddress },
        Action = kind.Action,
        ProjectId = kind.ProjectId.Value,
        Subject = subject,
        RequestId = origin?.RequestId,
        Detail = detail,
    };

    private AuditEvent RestOf(Refusal refusal, long count) => new()
    {
        At = clock.GetUtcNow(),
        Actor = new AuditActor { DomainId = refusal.DomainId, Name = Unknown, RemoteAddress = refusal.RemoteAddress },
        Action = refusal.Action,
        Detail = RestText(count),
    };

    private string RestText(long count) => $"{count} more in about {options.Value.AuditFlushInterval.TotalSeconds:0.#} s";

    private static Kind KindOf(string action, string? actor, SourceServerKey key) => new(action, actor ?? Unknown, key.ProjectId);

    private readonly record struct Refusal(string Action, string? RemoteAddress, string DomainId);

    private readonly record struct Kind(string Action, string Actor, ProjectId ProjectId);
}
