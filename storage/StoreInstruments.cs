using System.Diagnostics.Metrics;

namespace CommandBroker.Storage;

/// <summary>The store's metrics. They cost nothing while nobody listens.</summary>
internal sealed class StoreInstruments : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "CommandBroker.Storage";

    private readonly Meter _meter = new(MeterName);
    private readonly Histogram<int> _batchSize;
    private readonly Histogram<double> _batchDuration;
    private readonly Counter<long> _refused;

    public StoreInstruments()
    {
        _batchSize = _meter.CreateHistogram<int>("commandbroker.store.batch_size", "{request}", "Requests that shared one round trip.");
        _batchDuration = _meter.CreateHistogram<double>("commandbroker.store.batch_duration", "s", "Time of one round trip, flush included.");
        _refused = _meter.CreateCounter<long>("commandbroker.store.requests_refused", "{request}", "Requests refused because too many waited.");
    }

    /// <summary>Counts one batch.</summary>
    public void Handled(string operation, int count, TimeSpan duration)
    {
        if (_batchSize.Enabled || _batchDuration.Enabled)
        {
            var tag = new KeyValuePair<string, object?>("operation", operation);
            _batchSize.Record(count, tag);
            _batchDuration.Record(duration.TotalSeconds, tag);
        }
    }

    /// <summary>Counts a request that found the queue full.</summary>
    public void Refused(string operation) => _refused.Add(1, new KeyValuePair<string, object?>("operation", operation));

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();
}
