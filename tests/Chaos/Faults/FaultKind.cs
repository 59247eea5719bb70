namespace CommandBroker.Chaos.Faults;

/// <summary>One entry of the catalogue.</summary>
/// <param name="Number">Its number, from 1 to 27.</param>
/// <param name="Name">What it is, in a few words.</param>
/// <param name="Create">Makes one for one time.</param>
internal sealed record FaultKind(int Number, string Name, Func<Random, TimeSpan, IFault> Create)
{
    /// <summary>Whether no call may end with an unknown outcome.</summary>
    public bool IsSilent { get; init; }

    /// <summary>Whether a call may at worst be told 503 with the time to wait.</summary>
    public bool IsPolite { get; init; }

    /// <summary>Whether a broker may answer with another 5xx than 503 with the time to wait.</summary>
    public bool MayAnswer500 { get; init; }

    /// <summary>Whether the database must lie on a small disk.</summary>
    public bool NeedsSmallDisk { get; init; }

    /// <summary>Whether a silo's clock must be one that can be set.</summary>
    public bool NeedsClock { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Number} {Name}";
}
