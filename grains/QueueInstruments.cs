using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using CommandBroker.Core;

namespace CommandBroker.Grains;

/// <summary>The queue's metrics, counted after the commit, never tagged by server id. They cost nothing while nobody listens.</summary>
internal sealed class QueueInstruments : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "CommandBroker.Queue";

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _enqueued;
    private readonly Counter<long> _delivered;
    private readonly Counter<long> _ended;
    private readonly Counter<long> _strayed;
    private readonly Counter<long> _conflicted;
    private readonly Counter<long> _overQuota;
    private readonly Counter<long> _moved;

    public QueueInstruments()
    {
        _enqueued = _meter.CreateCounter<long>("commandbroker.command.enqueued", "{command}", "Commands that were added.");
        _delivered = _meter.CreateCounter<long>("commandbroker.command.delivered", "{delivery}", "Deliveries; tag redelivery: whether it was not the first.");
        _ended = _meter.CreateCounter<long>("commandbroker.command.ended", "{command}", "Commands that ended; tag state: how.");
        _strayed = _meter.CreateCounter<long>("commandbroker.report.strayed", "{report}", "Reports that ended no command; tag reason: why.");
        _conflicted = _meter.CreateCounter<long>("commandbroker.commit.conflicted", "{commit}", "Commits that another activation was faster than.");
        _overQuota = _meter.CreateCounter<long>("commandbroker.command.over_quota", "{command}", "Commands that were refused because of a project's quota.");
        _moved = _meter.CreateCounter<long>("commandbroker.queue.moved", "{queue}", "Queues that set out for the silo where their calls come in.");
    }

    /// <summary>Counts what was committed.</summary>
    public void Committed(QueueState before, ImmutableArray<Command> changes, StrayReport? stray)
    {
        if (stray is not null)
        {
            _strayed.Add(1, new KeyValuePair<string, object?>("reason", stray.Reason.ToString()));
        }

        if (!_enqueued.Enabled && !_delivered.Enabled && !_ended.Enabled)
        {
            return;
        }

        foreach (Command command in changes)
        {
            if (command.Version == 1)
            {
                _enqueued.Add(1);
            }

            if (command.State is CommandState.Leased or CommandState.Delivered
                && command.DeliveryCount > (before.Find(command.Seq)?.DeliveryCount ?? command.DeliveryCount))
            {
                _delivered.Add(1, new KeyValuePair<string, object?>("redelivery", command.DeliveryCount > 1));
            }

            if (!command.IsOpen)
            {
                _ended.Add(1, new KeyValuePair<string, object?>("state", command.State.ToString()));
            }
        }
    }

    /// <summary>Counts a commit that another activation was faster than.</summary>
    public void Conflicted() => _conflicted.Add(1);

    /// <summary>Counts an enqueue that a project's quota refused.</summary>
    public void OverQuota() => _overQuota.Add(1);

    /// <summary>Counts a queue that sets out for another silo.</summary>
    public void Moved() => _moved.Add(1);

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();
}
