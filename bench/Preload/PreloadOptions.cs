namespace CommandBroker.Preload;

/// <summary>What to fill a store with. Where the store is comes from the section <c>Storage</c>, as for the broker.</summary>
internal sealed class PreloadOptions
{
    /// <summary>Ended commands in all.</summary>
    /// <value>Default 1,000,000.</value>
    public long Finished { get; set; } = 1_000_000;

    /// <summary>Source servers among which they are spread evenly.</summary>
    /// <value>Default 10,000.</value>
    public int Servers { get; set; } = 10_000;

    /// <summary>The beginning of the source servers' ids; a number of 12 digits follows.</summary>
    /// <value>Default <c>f32ab4d6-d150-4fb3-0001-</c>.</value>
    public string Prefix { get; set; } = "f32ab4d6-d150-4fb3-0001-";
}
