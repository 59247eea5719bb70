namespace CommandBroker.RetentionBench;

/// <summary>What to measure. Where the store is comes from the section <c>Storage</c>, as for the broker.</summary>
internal sealed class RetentionOptions
{
    /// <summary><c>open</c> makes the schema, <c>idle</c> makes one run with nothing due, <c>rates</c> measures enqueues and removals.</summary>
    /// <value>Default <c>open</c>.</value>
    public string Verb { get; set; } = "open";

    /// <summary>What ended before is due, in UTC ticks.</summary>
    public long EndedBefore { get; set; }

    /// <summary>Source servers, numbered from 1.</summary>
    /// <value>Default 10,000.</value>
    public int Servers { get; set; } = 10_000;

    /// <summary>Callers that enqueue at once.</summary>
    /// <value>Default 256.</value>
    public int Callers { get; set; } = 256;

    /// <summary>How often enqueues alone, removals alone and both at once are measured in turn.</summary>
    /// <value>Default 3.</value>
    public int Rounds { get; set; } = 3;

    /// <summary>Seconds of each measurement.</summary>
    /// <value>Default 5.</value>
    public int Seconds { get; set; } = 5;
}
